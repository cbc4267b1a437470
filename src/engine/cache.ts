import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { TEMPORAL_CLI_VERSION } from './temporal-version.ts';

/** The directory that outlives a clone: `CORDON_CACHE`, else `$XDG_CACHE_HOME/cordon`, else `~/.cache/cordon`. */
export function cacheDirectory(env: NodeJS.ProcessEnv): string {
  const chosen = env['CORDON_CACHE'];
  if (chosen) return resolve(chosen);
  const xdg = env['XDG_CACHE_HOME'];
  // XDG Base Directory Specification: a relative path in the variable is to be ignored.
  if (xdg && isAbsolute(xdg)) return join(xdg, 'cordon');
  return join(env['HOME'] || homedir(), '.cache', 'cordon');
}

/** Where the Temporal CLI that we downloaded or built is kept; the version in the name makes an upgrade a new file. */
export function cachedTemporal(env: NodeJS.ProcessEnv): string {
  return join(cacheDirectory(env), 'bin', `temporal-${TEMPORAL_CLI_VERSION}`);
}
