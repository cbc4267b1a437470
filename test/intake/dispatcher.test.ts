import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import type { Outbox, Pending } from '../../src/domain/ledger.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { createDispatcher, type Dispatcher } from '../../src/intake/dispatcher.ts';
import { admission, freeze } from '../support/admissions.ts';
import { quiet } from './scratch.ts';

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

const pending = (number: number, severity: Severity = 'low'): Pending => ({
  input: admission(number, { severity, holds: [freeze(`host-${number}`)] }).input,
  severity,
});
const away = () => new Fault('engine_unavailable', 'away', { retryable: true });

function dispatching(start: (it: Pending) => Promise<void> = async () => {}) {
  const asked: string[] = [];
  const struck: string[] = [];
  const waiting: Pending[] = [];
  const attempted = new Set<string>();
  const outbox: Outbox = {
    claim: async () => waiting.splice(0),
    started: async (ids) => void struck.push(...ids),
    attempted: async (ids) => ids.filter((id) => attempted.has(id)),
    backlog: async () => ({ waiting: waiting.length, oldest_ms: 0 }),
  };
  const dispatcher = createDispatcher({
    outbox,
    start: async (it) => {
      asked.push(it.input.id);
      await start(it);
    },
    owner: 'here',
    now: Date.now,
    log: quiet,
  });
  return { dispatcher, asked, struck, waiting, attempted };
}

/** What is under way is waited for. */
async function stopped(dispatcher: Dispatcher): Promise<void> {
  const stopping = dispatcher.stop();
  await vi.advanceTimersByTimeAsync(2_000);
  await stopping;
}

const idOf = (it: Pending) => it.input.id;

describe('the dispatcher', () => {
  it('has few under way, and starts the next when one is contained', async () => {
    const { dispatcher, asked, attempted } = dispatching();
    const all = Array.from({ length: 10 }, (_, n) => pending(n));
    all.forEach(dispatcher.offer);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(all.slice(0, 4).map(idOf));
    attempted.add(asked[0] ?? '');
    await vi.advanceTimersByTimeAsync(100);
    expect(asked).toEqual(all.slice(0, 5).map(idOf));
  });

  it('lets the critical overtake, without waiting for what is under way', async () => {
    const { dispatcher, asked } = dispatching();
    const low = Array.from({ length: 6 }, (_, n) => pending(n));
    low.forEach(dispatcher.offer);
    const high = pending(7, 'high');
    const critical = pending(8, 'critical');
    [high, critical].forEach(dispatcher.offer);
    await vi.advanceTimersByTimeAsync(50);
    expect(asked).toEqual([...low.slice(0, 4), critical].map(idOf));
    // What is slow is waited for so long, and no longer.
    await vi.advanceTimersByTimeAsync(2_000);
    expect(asked.slice(5)).toEqual([high, low[4], low[5]].map((it) => it?.input.id));
  });

  it('keeps the order while the engine is away, and goes on by itself when it is back', async () => {
    let gone = true;
    const { dispatcher, asked, struck } = dispatching(async () => {
      if (gone) throw away();
    });
    const [low, critical] = [pending(1), pending(2, 'critical')];
    [low, critical].forEach(dispatcher.offer);
    dispatcher.run();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(struck).toEqual([]);
    gone = false;
    asked.length = 0;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toEqual([critical, low].map(idOf));
    expect(struck).toEqual([critical, low].map(idOf));
    await stopped(dispatcher);
  });

  it('is not held up by one that the engine refuses', async () => {
    const { dispatcher, asked, struck } = dispatching(async (it) => {
      if (it.severity === 'critical') throw new Error('too large');
    });
    dispatcher.run();
    [pending(1, 'critical'), pending(2)].forEach(dispatcher.offer);
    await vi.advanceTimersByTimeAsync(200);
    expect(asked).toEqual([pending(1), pending(2)].map(idOf));
    expect(struck).toEqual([idOf(pending(2))]);
    await stopped(dispatcher);
  });

  it('finds what nobody has started, and takes nothing twice', async () => {
    const { dispatcher, asked, waiting } = dispatching();
    waiting.push(pending(1), pending(2));
    dispatcher.run();
    await vi.advanceTimersByTimeAsync(10);
    dispatcher.offer(pending(1));
    expect(asked).toEqual([pending(1), pending(2)].map(idOf));
    waiting.push(pending(3));
    await vi.advanceTimersByTimeAsync(4_000);
    expect(asked).toEqual([pending(1), pending(2), pending(3)].map(idOf));
    await stopped(dispatcher);
  });

  it('strikes off what it has started before it stops, and starts nothing after', async () => {
    const { dispatcher, asked, struck, attempted } = dispatching();
    attempted.add(idOf(pending(1)));
    dispatcher.offer(pending(1));
    await stopped(dispatcher);
    dispatcher.offer(pending(2));
    await vi.advanceTimersByTimeAsync(100);
    expect([asked, struck]).toEqual([[idOf(pending(1))], [idOf(pending(1))]]);
  });
});
