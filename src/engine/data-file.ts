import { readFile, rename, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import { engineFault } from './engine-fault.ts';
import type { EngineFiles } from './engine-files.ts';
import { replaceFile } from './replace-file.ts';

const dataVersionSchema = z.object({
  server_version: z.string(),
  /** False until a server has answered from this file: its tables may be half made. */
  complete: z.boolean(),
});
type DataVersion = z.infer<typeof dataVersionSchema>;

/**
 * Lets a server of this version at the data file, or throws Fault `engine_data_version`: the server makes its tables
 * only in a new file and never migrates them, so another version would fail later, in the middle of an incident.
 */
export async function guardDataFile(files: EngineFiles, serverVersion: string): Promise<void> {
  if (!(await exists(files.data))) return record(files, serverVersion, false);

  const version = await readDataVersion(files);
  if (version === null) {
    throw engineFault(
      'engine_data_version',
      `${files.data} was made by an unknown server: ${files.version} is missing or unreadable. ` +
        `Restore it, or move the data file away to begin with an empty engine.`,
    );
  }
  if (!version.complete) {
    await setAside(files);
    return record(files, serverVersion, false);
  }
  if (version.server_version !== serverVersion) {
    throw engineFault(
      'engine_data_version',
      `${files.data} was made by Temporal server ${version.server_version}, this one is ${serverVersion}. ` +
        `Set TEMPORAL_CLI to a CLI with server ${version.server_version}, ` +
        `or close its incidents there and move the data file away.`,
    );
  }
}

/** Records that a server of this version has answered from the file. */
export async function dataFileIsComplete(files: EngineFiles, serverVersion: string): Promise<void> {
  const version = await readDataVersion(files);
  if (!version?.complete) await record(files, serverVersion, true);
}

/** A server killed while it made its tables leaves a file that no server can open, and nothing of ours in it. */
async function setAside(files: EngineFiles): Promise<void> {
  await rename(files.data, `${files.data}.incomplete`);
  for (const suffix of ['-wal', '-shm', '-journal']) {
    await rm(files.data + suffix, { force: true });
  }
}

async function record(files: EngineFiles, serverVersion: string, complete: boolean): Promise<void> {
  const version: DataVersion = { server_version: serverVersion, complete };
  await replaceFile(files.version, `${JSON.stringify(version)}\n`);
}

async function readDataVersion(files: EngineFiles): Promise<DataVersion | null> {
  try {
    return dataVersionSchema.parse(JSON.parse(await readFile(files.version, 'utf8')));
  } catch {
    return null;
  }
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}
