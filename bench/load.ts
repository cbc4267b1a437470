import { setTimeout as delay } from 'node:timers/promises';
import type { Life, Lived } from './life.ts';

/** `closed`: so many at once, each followed by the next. `open`: so many a second, whatever becomes of them. */
export type LoadOrder =
  | { kind: 'closed'; concurrency: number; seconds: number }
  | { kind: 'open'; rate: number; seconds: number };

export interface Figures {
  perSecond: number;
  lives: Lived[];
  failed: string[];
}

/** Lives that end within the time count for the throughput; all of them for the latencies. */
export async function runLoad(order: LoadOrder, life: Life): Promise<Figures> {
  const lives: Lived[] = [];
  const failed: string[] = [];
  const startedMs = performance.now();
  const endsMs = startedMs + order.seconds * 1_000;
  let inTime = 0;
  const live = async () => {
    try {
      lives.push(await life());
      if (performance.now() <= endsMs) inTime += 1;
    } catch (error) {
      failed.push(String(error));
    }
  };
  await (order.kind === 'closed'
    ? keepBusy(order.concurrency, endsMs, live)
    : arrive(order.rate, startedMs, endsMs, live));
  return { perSecond: inTime / order.seconds, lives, failed };
}

export async function keepBusy(concurrency: number, endsMs: number, live: () => Promise<void>) {
  const one = async () => {
    while (performance.now() < endsMs) await live();
  };
  await Promise.all(Array.from({ length: concurrency }, one));
}

async function arrive(rate: number, startedMs: number, endsMs: number, live: () => Promise<void>) {
  const alive: Promise<void>[] = [];
  for (let n = 0; startedMs + (n * 1_000) / rate < endsMs; n += 1) {
    await delay(Math.max(0, startedMs + (n * 1_000) / rate - performance.now()));
    alive.push(live());
  }
  await Promise.all(alive);
}
