import { userInfo } from 'node:os';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** The command's own surroundings, handed in so that a test can be them. */
export interface Io {
  env: Env;
  out: (text: string) => void;
  err: (text: string) => void;
  /** Exact bytes to standard output: an exported bundle is not text to be touched. */
  outBytes: (bytes: Uint8Array) => void;
  /** The same for bytes that are too many to be held. */
  outStream: (chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  /** All of standard input. */
  input: () => Promise<Uint8Array>;
  /** Standard output is a terminal. */
  terminal: boolean;
  /** Aborted when the person at the terminal asks to stop. */
  interrupted: AbortSignal;
  /** The person's account on this machine, noted in the ledger for what is changed from here. */
  account: string;
  /** Epoch milliseconds. */
  now: () => number;
  /** The version of Node that runs this. */
  node: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** The surroundings of this process. The second Ctrl-C ends it at once, as everywhere else. */
export function processIo(): Io {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  process.once('SIGTERM', () => stop.abort());
  // `cordon incidents | head` closes the pipe early, which is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    throw error;
  });
  return {
    env: process.env,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outBytes: (bytes) => void process.stdout.write(bytes),
    outStream: (chunks) => pipeline(Readable.from(chunks), process.stdout, { end: false }),
    input: () => buffer(process.stdin),
    terminal: process.stdout.isTTY,
    interrupted: stop.signal,
    account: userInfo().username,
    now: () => Date.now(),
    node: process.versions.node,
  };
}
