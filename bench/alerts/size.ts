import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { residentMiB } from '../memory.ts';
import type { Product } from '../product.ts';

/** What an installation takes up. */
export interface Size {
  memoryMiB: number;
  /** The file of the ledger and its log. */
  ledgerMiB: number;
}

export async function sizeOf(product: Product): Promise<Size> {
  const files = await Promise.all(
    ['ledger.db', 'ledger.db-wal'].map((name) => stat(join(product.home, name))),
  );
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return { memoryMiB: await residentMiB(product), ledgerMiB: bytes / 1024 / 1024 };
}
