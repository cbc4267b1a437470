import { resolve, join } from 'node:path';

/** Where the development server of one installation keeps everything; all of it under the home. */
export interface EngineFiles {
  directory: string;
  data: string;
  /** Which server version the data belongs to. */
  version: string;
  /** Which process serves the data. */
  process: string;
  /** What the server has to say; the previous run's is kept beside it. */
  log: string;
}

export function engineFiles(home: string): EngineFiles {
  const directory = resolve(home, 'temporal');
  return {
    directory,
    data: join(directory, 'temporal.db'),
    version: join(directory, 'temporal.db.version'),
    process: join(directory, 'server.pid'),
    log: join(directory, 'server.log'),
  };
}
