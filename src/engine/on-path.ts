import { engineFault } from './engine-fault.ts';
import { findExecutable } from './executable.ts';
import { isSupported, readVersion, SUPPORTED_CLI } from './temporal-version.ts';
import { closed, type FoundTemporal, type Way } from './way.ts';

/**
 * The CLI of the machine: `TEMPORAL_CLI`, else the `temporal` on PATH.
 * A `TEMPORAL_CLI` that cannot be used is Fault `temporal_cli_unusable`: what a person chose is not silently replaced.
 */
export const onPath: Way = async ({ env }) => {
  const chosen = env['TEMPORAL_CLI'];
  if (chosen) return check(chosen);

  const command = await findExecutable('temporal', env);
  if (command === null) return { missing: 'there is no `temporal` on PATH' };
  try {
    return await check(command);
  } catch (error) {
    return closed(error);
  }
};

async function check(command: string): Promise<FoundTemporal> {
  const version = await readVersion(command);
  if (!isSupported(version.cli)) {
    throw engineFault(
      'temporal_cli_unusable',
      `${command} is version ${version.cli}; Cordon needs ${SUPPORTED_CLI}`,
    );
  }
  return { command, version: version.cli, serverVersion: version.server, origin: 'path' };
}
