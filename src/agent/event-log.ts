import { open } from 'node:fs/promises';

/** A firmware's log has some tens of KiB; a verifier takes no more than this. */
const MOST_LOG_BYTES = 1024 * 1024;

/** The firmware's log of this boot. Null where the host keeps none, or one that no verifier would take. */
export async function readEventLog(path: string): Promise<Buffer | null> {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    // A file of securityfs has size 0, whatever can be read from it.
    const bytes = Buffer.alloc(MOST_LOG_BYTES + 1);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, size, bytes.length - size);
      if (bytesRead === 0) break;
      size += bytesRead;
    }
    return size === 0 || size > MOST_LOG_BYTES ? null : Buffer.from(bytes.subarray(0, size));
  } finally {
    await file.close();
  }
}
