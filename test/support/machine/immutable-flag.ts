import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeImmutable, makeMutable } from '../../../src/adapters/store/immutable.ts';
import { Fault } from '../../../src/domain/fault.ts';
import type { Need } from './needing.ts';

/** CAP_LINUX_IMMUTABLE, chattr, and temporary files on a file system that keeps the flag. */
export const immutableFlag: Need = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'cordon-flag-'));
  const file = join(directory, 'file');
  try {
    await writeFile(file, '');
    await makeImmutable(file);
    await makeMutable(file);
    return undefined;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const why = error.cause instanceof Error ? error.cause.message.trim() : error.message;
    const remedy = 'apt-get install -y e2fsprogs, and run as root on ext4, xfs, btrfs or tmpfs';
    return { what: 'the immutable flag', why, remedy };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
