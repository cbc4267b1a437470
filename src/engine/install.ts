import { chmod, mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { engineFault } from './engine-fault.ts';
import { cachedTemporal } from './cache.ts';
import { readVersion, TEMPORAL_CLI_VERSION } from './temporal-version.ts';
import type { FoundTemporal, Search } from './way.ts';

/** Names the directories in which a binary is being made. */
const WORKSHOP = '.making-';

/**
 * Runs `make` in a new directory beside the cached binary and moves the file it returns into the cache.
 * The move is a rename within one file system, so another start sees the whole binary or none.
 * The caller holds the cache's lock. Throws Fault `temporal_cli_unusable` if what was made is not the pinned version.
 */
export async function install(
  search: Search,
  origin: 'download' | 'build',
  make: (directory: string) => Promise<string>,
): Promise<FoundTemporal> {
  const command = cachedTemporal(search.env);
  const directory = dirname(command);
  await mkdir(directory, { recursive: true });
  await sweep(directory);
  const workshop = await mkdtemp(join(directory, WORKSHOP));
  try {
    const made = await make(workshop);
    await chmod(made, 0o755);
    const version = await readVersion(made);
    if (version.cli !== TEMPORAL_CLI_VERSION) {
      throw engineFault(
        'temporal_cli_unusable',
        `the ${origin} is version ${version.cli}, not ${TEMPORAL_CLI_VERSION}`,
      );
    }
    await flush(made);
    await rename(made, command);
    return { command, version: version.cli, serverVersion: version.server, origin };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/** Removes what an interrupted start left: hundreds of megabytes each time. */
async function sweep(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (name.startsWith(WORKSHOP)) await rm(join(directory, name), { recursive: true });
  }
}

/** Without this, a power cut after the rename can leave a cached binary full of zeros. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
