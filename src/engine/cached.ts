import { cachedTemporal } from './cache.ts';
import { isExecutable } from './executable.ts';
import { readVersion, TEMPORAL_CLI_VERSION } from './temporal-version.ts';
import { closed, type Way } from './way.ts';

/** The CLI that an earlier start downloaded or built. */
export const cached: Way = async ({ env }) => {
  const command = cachedTemporal(env);
  if (!(await isExecutable(command))) return { missing: `${command} is not there yet` };
  try {
    const version = await readVersion(command);
    if (version.cli !== TEMPORAL_CLI_VERSION) {
      return { missing: `${command} says it is version ${version.cli}` };
    }
    return { command, version: version.cli, serverVersion: version.server, origin: 'cache' };
  } catch (error) {
    return closed(error);
  }
};
