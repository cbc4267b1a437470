import type { SafeMode } from '../domain/safe-mode.ts';
import type { Api } from './api.ts';
import type { Cli } from './cli.ts';
import { Failure } from './exit.ts';

/** Safe mode, for a person to see above what was asked for; null where a program asks, or the server does not say. */
export async function safeModeIn(cli: Cli, api: Api): Promise<SafeMode | null> {
  if (cli.json()) return null;
  try {
    return await api.guards.safeMode();
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}
