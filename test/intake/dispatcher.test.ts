import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Outbox, Pending } from '../../src/domain/ledger.ts';
import {
  createDispatcher,
  DISPATCH_LEASE_MS,
  type DispatcherDeps,
} from '../../src/intake/dispatcher.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { eventually } from '../support/eventually.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { NOW, quiet } from './scratch.ts';
import { admitted, standInEngine } from './stand-in-engine.ts';

/** As `src/intake/dispatcher.ts` and `settling.ts` have them. */
const SWEEP_EVERY_MS = 3_000;
const SETTLING_PATIENCE_MS = 1_500;

afterEach(() => void vi.useRealTimers());

/** A dispatcher on a ledger of its own, whose clock stands still. */
async function office(changed: Partial<DispatcherDeps> = {}) {
  const ledger = await freshLedger(SQLITE);
  const engine = standInEngine(ledger);
  const clock = { ms: NOW };
  const { outbox } = ledger;
  const dispatcher = createDispatcher({
    outbox,
    start: engine.start,
    owner: 'this-server',
    now: () => clock.ms,
    log: quiet,
    ...changed,
  });
  onTestFinished(async () => {
    clock.ms += SETTLING_PATIENCE_MS;
    await dispatcher.stop();
  });
  const backlog = async (waiting: number) =>
    eventually(
      () => outbox.backlog(),
      (left) => left.waiting === waiting,
      5_000,
    );
  const started = (count: number) =>
    eventually(
      () => engine.started,
      ({ length }) => length === count,
      5_000,
    );
  return {
    ledger,
    engine,
    clock,
    dispatcher,
    backlog,
    started,
    admit: (...given: Parameters<typeof admitted> extends [unknown, ...infer R] ? R : never) =>
      admitted(ledger, ...given),
  };
}

const ids = (...numbers: number[]) => numbers.map(incidentId);

describe('what is waiting', () => {
  it('is started most severe first and, among equals, oldest first', async () => {
    const { engine, dispatcher, admit, started } = await office();
    engine.prompt = false;
    for (const n of [1, 2, 3, 4, 5]) dispatcher.offer(await admit(n, { severity: 'low' }));
    dispatcher.offer(await admit(6, { severity: 'medium' }));
    dispatcher.offer(await admit(7, { severity: 'high' }));
    dispatcher.offer(await admit(8, { severity: 'high' }));
    expect(await started(4)).toEqual(ids(1, 2, 3, 4));
    engine.prompt = true;
    for (const id of ids(1, 2, 3, 4)) await engine.contain(id);
    expect(await started(8)).toEqual(ids(1, 2, 3, 4, 7, 8, 6, 5));
  });

  it('is few at a time; and a critical one does not wait for these', async () => {
    const { engine, dispatcher, admit, started } = await office();
    engine.prompt = false;
    for (let n = 1; n <= 10; n += 1) dispatcher.offer(await admit(n));
    await started(4);
    for (let n = 11; n <= 30; n += 1) dispatcher.offer(await admit(n, { severity: 'critical' }));
    // In the same turn, before anything of the first is over; but not without bound either.
    expect(await started(12)).toEqual(ids(1, 2, 3, 4, 11, 12, 13, 14, 15, 16, 17, 18));
  });

  it('does not wait longer for one whose targets are slow than it has patience', async () => {
    const { engine, dispatcher, admit, started, clock } = await office();
    engine.prompt = false;
    for (let n = 1; n <= 6; n += 1) dispatcher.offer(await admit(n));
    await started(4);
    clock.ms += SETTLING_PATIENCE_MS;
    expect(await started(6)).toEqual(ids(1, 2, 3, 4, 5, 6));
  });

  it('does not wait for what has nothing to contain', async () => {
    const { engine, dispatcher, ledger, started } = await office();
    engine.prompt = false;
    for (let n = 1; n <= 20; n += 1) {
      const made = admission(n);
      await ledger.log.admit(made);
      dispatcher.offer({ input: made.input, severity: 'low' });
    }
    await started(20);
  });

  it('is started once, however often it is offered', async () => {
    const { engine, dispatcher, admit, backlog } = await office();
    const pending = await admit(1);
    dispatcher.offer(pending);
    dispatcher.offer(pending);
    dispatcher.run();
    dispatcher.offer(pending);
    await backlog(0);
    expect(engine.started).toEqual(ids(1));
  });
});

describe('while the engine is away', () => {
  it('keeps the order, and goes on by itself when it is back', async () => {
    const { engine, dispatcher, admit, started, backlog } = await office({ now: Date.now });
    engine.away = true;
    for (const n of [1, 2, 3]) dispatcher.offer(await admit(n, { severity: 'low' }));
    dispatcher.offer(await admit(4, { severity: 'critical' }));
    dispatcher.offer(await admit(5, { severity: 'high' }));
    engine.away = false;
    expect(await started(5)).toEqual(ids(4, 5, 1, 2, 3));
    dispatcher.run();
    await backlog(0);
    expect(engine.started).toHaveLength(5);
  });

  it('asks less and less often, however much comes in', async () => {
    vi.useFakeTimers({ now: NOW });
    const engine = standInEngine({ log: refusesToBeAsked });
    engine.away = true;
    const dispatcher = createDispatcher({ ...ofStandIns(), start: engine.start, now: Date.now });
    dispatcher.offer(pendingOf(1));
    await vi.advanceTimersByTimeAsync(0);
    for (let n = 2; n <= 100; n += 1) dispatcher.offer(pendingOf(n));
    expect(engine.asked).toBe(1);
    // After 0.25, 0.75, 1.75, 3.75 and 7.75 s, and from then on every 5 s; four at a time.
    await vi.advanceTimersByTimeAsync(60_000 - 1);
    expect(engine.asked).toBe(1 + 4 * 15);
    expect(engine.started).toEqual([]);
  });

  it('goes on also where the clock is set back and the queue is full', async () => {
    vi.useFakeTimers({ now: NOW });
    const clock = { behindMs: 0 };
    const engine = standInEngine({ log: refusesToBeAsked });
    engine.away = true;
    engine.prompt = false;
    const dispatcher = createDispatcher({
      ...ofStandIns(),
      start: engine.start,
      now: () => Date.now() - clock.behindMs,
    });
    dispatcher.run();
    for (let n = 1; n <= 2_100; n += 1) dispatcher.offer(pendingOf(n));
    await vi.advanceTimersByTimeAsync(0);
    clock.behindMs = 1_000;
    engine.away = false;
    await vi.advanceTimersByTimeAsync(2 * SWEEP_EVERY_MS);
    expect(engine.started.length).toBeGreaterThan(0);
    await dispatcher.stop();
  });
});

describe('one that the engine refuses', () => {
  it('holds up no other, and is tried again when its lease is over', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { engine, dispatcher, admit, clock, started } = await office();
    engine.poisoned.add(incidentId(1));
    const lease = { owner: 'this-server', until_ms: NOW + DISPATCH_LEASE_MS };
    dispatcher.run();
    for (let n = 1; n <= 9; n += 1) dispatcher.offer(await admit(n, { lease }));
    expect(await started(8)).toEqual(ids(2, 3, 4, 5, 6, 7, 8, 9));
    engine.poisoned.clear();
    clock.ms += DISPATCH_LEASE_MS;
    vi.advanceTimersByTime(SWEEP_EVERY_MS);
    expect(await started(9)).toContain(incidentId(1));
  });
});

describe('a sweep', () => {
  it('finds at once what no server has started', async () => {
    const { dispatcher, admit, started, backlog } = await office();
    await admit(1, { severity: 'low' });
    await admit(2, { severity: 'critical' });
    dispatcher.run();
    expect(await started(2)).toEqual(ids(2, 1));
    await backlog(0);
  });

  it('takes over what another server has kept for longer than its lease', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { engine, dispatcher, admit, clock, started, backlog } = await office();
    await admit(1, { lease: { owner: 'dead', until_ms: NOW + DISPATCH_LEASE_MS } });
    await admit(2);
    dispatcher.run();
    expect(await started(1)).toEqual(ids(2));
    vi.advanceTimersByTime(SWEEP_EVERY_MS);
    await backlog(1);
    expect(engine.started).toEqual(ids(2));
    clock.ms += DISPATCH_LEASE_MS;
    vi.advanceTimersByTime(SWEEP_EVERY_MS);
    expect(await started(2)).toEqual(ids(2, 1));
  });

  it('that cannot read the ledger is followed by one that can', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const ledger = await freshLedger(SQLITE);
    await admitted(ledger, 1);
    const engine = standInEngine(ledger);
    let fails = true;
    const claim: Outbox['claim'] = async (...given) => {
      if (fails) throw new Error('locked');
      return ledger.outbox.claim(...given);
    };
    const outbox = { ...ledger.outbox, claim };
    const { dispatcher } = await office({ outbox, start: engine.start });
    dispatcher.run();
    fails = false;
    vi.advanceTimersByTime(SWEEP_EVERY_MS);
    await eventually(
      () => engine.started,
      ({ length }) => length === 1,
    );
  });
});

describe('what is started', () => {
  it('stays in the outbox until it can be struck off', async () => {
    const ledger = await freshLedger(SQLITE);
    const pending = await admitted(ledger, 1);
    const engine = standInEngine(ledger);
    let failures = 2;
    const started: Outbox['started'] = async (struck) => {
      failures -= 1;
      if (failures >= 0) throw new Error('locked');
      return ledger.outbox.started(struck);
    };
    const outbox = { ...ledger.outbox, started };
    const { dispatcher } = await office({ outbox, start: engine.start });
    dispatcher.run();
    dispatcher.offer(pending);
    await eventually(
      () => ledger.outbox.backlog(),
      ({ waiting }) => waiting === 0,
    );
    expect(failures).toBeLessThan(0);
    expect(engine.started).toEqual(ids(1));
  });

  it('is waited for by a stop, and struck off; nothing else is begun', async () => {
    let finish = () => {};
    const asked: string[] = [];
    const slowly = async ({ input }: Pending) => {
      asked.push(input.id);
      await new Promise<void>((resolve) => (finish = resolve));
    };
    const { dispatcher, ledger, clock } = await office({ start: slowly });
    dispatcher.offer(await admitted(ledger, 1));
    let stopped = false;
    const stopping = dispatcher.stop().then(() => (stopped = true));
    dispatcher.offer(await admitted(ledger, 2));
    expect(stopped).toBe(false);
    finish();
    await admitted(ledger, 3);
    clock.ms += SETTLING_PATIENCE_MS;
    await stopping;
    expect(asked).toEqual(ids(1));
    const left = await ledger.outbox.claim('next', clock.ms, clock.ms, 10);
    expect(left.map(({ input }) => input.id)).toEqual(ids(2, 3));
  });
});

/** For what needs no ledger, so that all timers may be the test's. */
function ofStandIns(): Omit<DispatcherDeps, 'start' | 'now'> {
  const outbox: Outbox = {
    claim: async () => [],
    waiting: async () => [],
    started: async () => undefined,
    attempted: async (started) => [...started],
    backlog: async () => ({ waiting: 0, oldest_ms: 0 }),
  };
  return { outbox, owner: 'this-server', log: quiet };
}

const refusesToBeAsked = {
  admit: () => Promise.reject(new Error('not asked')),
  append: () => Promise.reject(new Error('not asked')),
  note: () => Promise.reject(new Error('not asked')),
};

function pendingOf(number: number): Pending {
  return { input: admission(number).input, severity: 'high' };
}
