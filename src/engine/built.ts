import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { engineFault } from './engine-fault.ts';
import { findExecutable } from './executable.ts';
import { install } from './install.ts';
import { withProgress } from './progress.ts';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';
import { closed, type Way } from './way.ts';

/** The Go module that pins the CLI and everything it is built from. */
const BUILD_DIRECTORY = fileURLToPath(new URL('../../tools/temporal', import.meta.url));

const PACKAGE = 'github.com/temporalio/cli/cmd/temporal';

/** Four minutes cold on two cores; this leaves room for a slow machine on a slow line. */
const BUILD_TIMEOUT_MS = 45 * 60_000;

/** Enough of the compiler's last words to see what is wrong. */
const LAST_WORDS = 5;

/** The pinned CLI compiled from source, for machines that reach a Go module proxy and nothing else. */
export const built: Way = async (search) => {
  const go = await findExecutable('go', search.env);
  if (go === null) return { missing: 'there is no `go` on PATH to build it with' };
  search.say(
    `building Temporal CLI ${TEMPORAL_CLI_VERSION} with ${go}: once, about 4 minutes, 3 GB of Go caches`,
  );
  try {
    return await install(search, 'build', async (directory) => {
      const output = join(directory, 'temporal');
      await build(go, output, search);
      return output;
    });
  } catch (error) {
    return closed(error);
  }
};

async function build(
  go: string,
  output: string,
  { env, say }: { env: NodeJS.ProcessEnv; say: (line: string) => void },
): Promise<void> {
  const compiler = spawn(go, buildArguments(output), {
    cwd: BUILD_DIRECTORY,
    env: { ...env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: BUILD_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  const failed = new Promise<never>((_resolve, reject) => compiler.once('error', reject));
  const ended = new Promise<number | null>((resolve) => compiler.once('close', resolve));

  const seen = { lines: 0, last: [] as string[] };
  createInterface({ input: compiler.stderr }).on('line', (line) => {
    seen.lines += 1;
    seen.last = [...seen.last, line].slice(-LAST_WORDS);
  });
  const code = await withProgress(
    say,
    (seconds) =>
      `building Temporal: ${seconds} s, ${seen.lines} steps, now ${seen.last.at(-1) ?? 'linking'}`,
    () => Promise.race([ended, failed]),
  ).catch((cause: unknown) => {
    throw engineFault('temporal_build_failed', `${go} could not be run`, cause);
  });
  if (code !== 0) {
    throw engineFault('temporal_build_failed', `go build failed: ${seen.last.join(' | ')}`);
  }
}

function buildArguments(output: string): string[] {
  const version = `-X github.com/temporalio/cli/internal/temporalcli.Version=${TEMPORAL_CLI_VERSION}`;
  // -v names each package as it is compiled and each module as it is fetched: that is the progress.
  const flags = ['-v', '-trimpath', '-buildvcs=false', '-ldflags', `-s -w ${version}`];
  return ['build', ...flags, '-o', output, PACKAGE];
}
