import { Fault } from '../domain/fault.ts';

/** What a search for the Temporal CLI is given. */
export interface Search {
  env: NodeJS.ProcessEnv;
  /** Receives progress and every fallback, one line for a person at a time. */
  say: (line: string) => void;
  /** Where the download service is, if not at its public address. */
  downloadOrigin?: string;
}

/** A Temporal CLI that answered with a supported version. `origin` is the way that led to it. */
export interface FoundTemporal {
  command: string;
  /** Version of the CLI. */
  version: string;
  /** Version of the server inside it; a data file belongs to one of these. */
  serverVersion: string;
  origin: 'path' | 'cache' | 'download' | 'build';
}

/** The binary, or the reason why this way does not lead to one. */
export type Attempt = FoundTemporal | { missing: string };

export type Way = (search: Search) => Promise<Attempt>;

/** A fault met on a way only closes this way; anything else is a bug and stays one. */
export function closed(error: unknown): Attempt {
  if (error instanceof Fault) return { missing: error.message };
  throw error;
}
