import { readFile } from 'node:fs/promises';
import { latchedLife } from './product-life.ts';
import type { Product } from './product.ts';

const CONCURRENCY = 16;

/** Resident memory of worker and server, in MiB. Linux. */
export async function residentMiB({ pid }: Product): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

/** Lives whole lives, and tells the memory after each step. */
export async function soak(
  product: Product,
  steps: readonly number[],
): Promise<Map<number, number>> {
  const live = latchedLife(product);
  const memory = new Map<number, number>();
  let lived = 0;
  for (const step of steps) {
    const one = async () => {
      while (lived < step) {
        lived += 1;
        await live();
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, one));
    memory.set(step, await residentMiB(product));
    process.stderr.write(`${step} incidents: ${memory.get(step)} MiB\n`);
  }
  return memory;
}
