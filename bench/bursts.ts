import { readdir, readFile } from 'node:fs/promises';
import { report, stampsOf } from './product-life.ts';
import { incidentsSchema, type Product } from './product.ts';

/** A detector in a flood keeps this many requests under way. */
const IN_FLIGHT = 16;

/** Every so many low reports there is a critical one. */
const CRITICAL_EVERY = 100;

export interface Flood {
  answeredMs: number[];
  ids: string[];
  refused: number;
}

/** `count` reports as fast as they are taken. */
export async function flood(
  product: Product,
  count: number,
  fieldsOf: (n: number) => { class: string; severity?: string },
): Promise<Flood> {
  const found: Flood = { answeredMs: [], ids: [], refused: 0 };
  let next = 0;
  const one = async () => {
    while (next < count) {
      next += 1;
      const fields = fieldsOf(next);
      const startedMs = performance.now();
      try {
        const incident = await report(product, fields);
        found.answeredMs.push(performance.now() - startedMs);
        found.ids.push(incident.id);
      } catch {
        found.refused += 1;
      }
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  return found;
}

/** Low reports with critical ones among them, and how long those took to be contained. */
export async function burst(
  product: Product,
  count: number,
): Promise<Flood & { criticalContainedMs: number[] }> {
  const flooded = await flood(product, count, (n) =>
    n % CRITICAL_EVERY === 0
      ? { class: 'integrity_violation' }
      : { class: 'manifest_mismatch', severity: 'low' },
  );
  const criticalContainedMs: number[] = [];
  for (const id of await idsOf(product, 'integrity_violation')) {
    await product.events.until(id, 'contained');
    criticalContainedMs.push((await stampsOf(product, id)).containedMs);
  }
  return { ...flooded, criticalContainedMs };
}

async function idsOf(product: Product, incidentClass: string): Promise<string[]> {
  const { body } = await product.call('GET', `/api/v1/incidents?class=${incidentClass}`);
  return incidentsSchema.parse(body).map(({ id }) => id);
}

/** All that waits has become contained, or is in no need of it. */
export async function untilQuiet(product: Product): Promise<void> {
  for (;;) {
    const { body } = await product.call('GET', '/api/v1/incidents?state=open&limit=1');
    if (incidentsSchema.parse(body).length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Stops the engine's process without ending it, while `use` runs. Linux. */
export async function withoutEngine<T>(product: Product, use: () => Promise<T>): Promise<T> {
  const pid = await enginePid(product.home);
  process.kill(pid, 'SIGSTOP');
  try {
    return await use();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

async function enginePid(home: string): Promise<number> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (words.includes('start-dev') && words.includes(home)) return Number(name);
  }
  throw new Error('the engine of this installation was not found');
}
