import { readFile } from 'node:fs/promises';
import { EXIT, Failure } from './exit.ts';
import type { Io } from './io.ts';

/** A file named on the command line; `-` is standard input. */
export async function readInput({ input }: Pick<Io, 'input'>, file: string): Promise<Uint8Array> {
  return (file === '-' ? input() : readFile(file)).catch((cause: unknown) => {
    const next = 'check the path and who may read it';
    throw new Failure(EXIT.usage, 'not_readable', `${file} cannot be read`, { next, cause });
  });
}
