import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { engineFault } from './engine-fault.ts';

/** The CLI we download or build; `tools/temporal/go.mod` requires the same. */
export const TEMPORAL_CLI_VERSION = '1.8.2';

/** The server inside that CLI; the images in `docker-compose.yml` are of the same version. */
export const TEMPORAL_SERVER_VERSION = '1.31.2';

/** Older CLIs carry a server without task priorities; the next major may change flags or the data file at will. */
const OLDEST_CLI = [1, 8, 0] as const;
const NEXT_MAJOR_CLI = 2;

export const SUPPORTED_CLI = `>= ${OLDEST_CLI.join('.')} and < ${NEXT_MAJOR_CLI}`;

/** `--version` prints one line and exits; a command that takes longer is not the Temporal CLI. */
const VERSION_TIMEOUT_MS = 10_000;

export interface TemporalVersion {
  cli: string;
  server: string;
}

/** Asks a binary for its version. Throws Fault `temporal_cli_unusable` if it is not a Temporal CLI that runs here. */
export async function readVersion(command: string): Promise<TemporalVersion> {
  const { stdout } = await promisify(execFile)(command, ['--version'], {
    timeout: VERSION_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  }).catch((cause: unknown) => {
    throw engineFault('temporal_cli_unusable', `${command} --version failed`, cause);
  });
  const version = parseVersion(stdout);
  if (version === null) {
    throw engineFault(
      'temporal_cli_unusable',
      `${command} does not answer as the Temporal CLI does`,
    );
  }
  return version;
}

/** Reads `temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)`; null if it is anything else. */
export function parseVersion(output: string): TemporalVersion | null {
  const match = /^temporal version v?(\d+\.\d+\.\d+\S*) \(Server v?(\d+\.\d+\.\d+[^,\s)]*)/m.exec(
    output,
  );
  return match?.[1] && match[2] ? { cli: match[1], server: match[2] } : null;
}

/** True for the CLI versions whose flags and defaults the engine relies on. A pre-release counts as its release. */
export function isSupported(cliVersion: string): boolean {
  const [major = 0, minor = 0, patch = 0] = cliVersion.split(/[.\-+]/, 3).map(Number);
  if (major >= NEXT_MAJOR_CLI) return false;
  const found = [major, minor, patch];
  const differing = OLDEST_CLI.findIndex((part, index) => part !== found[index]);
  return differing === -1 || (found[differing] ?? 0) > (OLDEST_CLI[differing] ?? 0);
}
