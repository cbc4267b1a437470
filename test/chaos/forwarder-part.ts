import { join } from 'node:path';
import { readStatus } from '../../src/forward/status.ts';
import { cordonProcess, type Part } from '../support/processes.ts';

/** `./cordon forward` on one log file, and what it says of itself. */
export interface ForwarderPart extends Part {
  file: string;
  status(): ReturnType<typeof readStatus>;
}

/** Follows `<home>/<name>.json`, with a spool of its own, as the source `falco`. */
export function forwarderPart(
  { home, env, url }: { home: string; env: Record<string, string>; url: string },
  name: string,
): ForwarderPart {
  const file = join(home, `${name}.json`);
  const spool = join(home, 'forward', name);
  const status = () => readStatus(spool);
  const part = cordonProcess({
    role: 'forward',
    args: ['--to', url, '--detector', 'falco', '--name', name, '--file', file, '--spool', spool],
    env,
    logFile: join(home, `${name}.log`),
    isReady: async () => (await status().catch(() => null))?.pid != null,
  });
  return { ...part, name, file, status };
}
