import { CommanderError } from 'commander';
import { Fault } from '../domain/fault.ts';
import { adviceFor } from './advice.ts';
import { EXIT, Failure, type ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import { tooOldNode } from './node-version.ts';
import { buildProgram } from './program.ts';
import type { Roots } from './roots.ts';
import { printable, printableJson } from './text/printable.ts';

/** Runs one command line, without the program's own name. A bug is thrown as it is, stack and all. */
export async function run(argv: readonly string[], roots: Roots, io: Io): Promise<ExitCode> {
  const tooOld = tooOldNode(io.node);
  if (tooOld !== null) {
    io.err(`${tooOld}\n`);
    return EXIT.usage;
  }
  try {
    await buildProgram(roots, io).parseAsync(argv, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    // Whatever broke off when it was told to is no news; what it leaves behind is.
    if (io.interrupted.aborted && !tellsOfInterruption(error)) return EXIT.interrupted;
    const failure = asFailure(error);
    io.err(argv.includes('--json') ? asJson(failure) : asText(failure));
    return failure.exit;
  }
}

function tellsOfInterruption(error: unknown): boolean {
  return error instanceof Failure && error.exit === EXIT.interrupted;
}

function asFailure(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (!(error instanceof Fault)) throw error;
  const exit = error.retryable ? EXIT.unavailable : EXIT.failed;
  const options = { next: adviceFor(error.code), cause: error };
  return new Failure(exit, error.code, error.message, options);
}

function asText({ message, code, next }: Failure): string {
  const sentence = printable(`cordon: ${message} [${code}]`);
  return next === '' ? `${sentence}\n` : `${sentence}\n  next: ${printable(next)}\n`;
}

function asJson({ message, code, next }: Failure): string {
  return `${printableJson({ error: message, code, next })}\n`;
}
