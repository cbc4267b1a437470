import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Fault } from '../../domain/fault.ts';

/** One call of the kernel, on a machine under load. */
const CHATTR_TIMEOUT_MS = 30_000;

/**
 * FS_IMMUTABLE_FL, ioctl_iflags(2): nobody writes, renames or removes the file while it is set, root included. It takes
 * CAP_LINUX_IMMUTABLE, which then clears it as well. By chattr(1), because Node has no ioctl.
 */
export async function makeImmutable(path: string): Promise<void> {
  await chattr('+i', path, 'evidence_store_unavailable', true);
}

/** Fault `evidence_retained` where the flag does not go. */
export async function makeMutable(path: string): Promise<void> {
  await chattr('-i', path, 'evidence_retained', false);
}

async function chattr(flag: string, path: string, code: string, retryable: boolean): Promise<void> {
  try {
    await promisify(execFile)('chattr', [flag, '--', path], { timeout: CHATTR_TIMEOUT_MS });
  } catch (cause) {
    throw new Fault(code, `chattr ${flag} cannot be done in the evidence store`, {
      retryable,
      cause,
    });
  }
}
