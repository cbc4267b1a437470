import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { ada, captured, day } from '../support/keeping.ts';
import { incidentId } from '../support/admissions.ts';
import { sweeping, type Sweeping } from './sweeping.ts';

let on: Sweeping;
beforeEach(async () => void (on = await sweeping()));
afterEach(() => on.stop());

describe('what is over its date', () => {
  it('is marked with a tombstone, and removed a day later and not before', async () => {
    const { logs, memory } = await on.capture(1);
    expect(await on.sweepAt(day(29.9))).toMatchObject({ marked: 0, removed: 0 });
    expect(await on.sweepAt(day(30.1))).toMatchObject({ marked: 1, removed: 0 });
    expect(await on.stateOf(memory)).toBe('marked');
    expect(await on.sweepAt(day(31))).toMatchObject({ marked: 0, removed: 0 });
    expect(await on.has(memory)).toBe(true);
    expect(await on.sweepAt(day(31.2))).toMatchObject({ marked: 0, removed: 1 });
    expect([await on.has(memory), await on.stateOf(memory)]).toEqual([false, 'removed']);
    expect([await on.has(logs), await on.stateOf(logs)]).toEqual([true, 'kept']);
  });

  it('is told to its incident: marked, going, gone, by policy and the clock that is believed', async () => {
    await on.capture(1);
    await on.sweepAt(day(30.5));
    await on.sweepAt(day(32));
    const touches = await on.touches(1);
    expect(touches.map(({ body }) => body['touch'])).toEqual(['marked', 'removing', 'removed']);
    expect(touches[0]).toMatchObject({
      actor: 'cordon',
      body: {
        who: { authority: 'recovery.capture.retention' },
        trusted_at: new Date(day(30.5)).toISOString(),
      },
    });
  });

  it('leaves a manifest that verifies, by the tombstone that the ledger names', async () => {
    const { manifest } = await on.captureSealed(1);
    expect(await on.verify(manifest)).toMatchObject({ misses: [], expired: [] });
    await on.sweepAt(day(91));
    await on.sweepAt(day(92.5));
    const { misses, expired } = await on.verify(manifest);
    expect(misses).toEqual([]);
    expect(expired).toHaveLength(2);
  });

  it('goes no step further while its incident is held, and goes on when it is released', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(30.5));
    await on.deps.ledger.keeping.hold(incidentId(1), ada());
    expect(await on.sweepAt(day(33))).toMatchObject({ unmarked: 1, removed: 0, marked: 0 });
    expect([await on.has(memory), await on.stateOf(memory)]).toEqual([true, 'kept']);
    await on.deps.ledger.keeping.releaseHold(incidentId(1), ada());
    expect(await on.sweepAt(day(34))).toMatchObject({ marked: 1, removed: 0 });
    expect(await on.sweepAt(day(35.5))).toMatchObject({ removed: 1 });
  });

  it('is unmarked by an extension, and by another incident that captures the same', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(30.5));
    await on.deps.ledger.keeping.extend(incidentId(1), day(60), ada());
    expect(await on.sweepAt(day(33))).toMatchObject({ unmarked: 1, removed: 0 });
    await on.sweepAt(day(60.5));
    await captured(on.ledger, 2, { logs: memory });
    expect(await on.sweepAt(day(63))).toMatchObject({ unmarked: 1, removed: 0 });
    expect(await on.has(memory)).toBe(true);
  });
});

describe('the same bytes, captured again', () => {
  it('do not go between their capture and its entry', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    await on.ledger.keeping.reserve([memory.sha256], day(60));
    expect(await on.sweepAt(day(33))).toMatchObject({ removed: 0, marked: 0 });
    await captured(on.ledger, 2, { logs: memory });
    expect(await on.sweepAt(day(61))).toMatchObject({ unmarked: 1, removed: 0 });
    expect(await on.has(memory)).toBe(true);
  });

  it('are not relied on where it was decided that they go', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const remove = () => Promise.reject(new Error('killed'));
    await expect(on.sweepAt(day(33), {}, { remove })).rejects.toThrow('killed');
    const reserved = on.ledger.keeping.reserve([memory.sha256], day(60));
    await expect(reserved).rejects.toMatchObject({ code: 'evidence_leaving', retryable: true });
  });
});

describe('a clock that lies', () => {
  it('ahead by ninety-one days has nothing marked or removed', async () => {
    const { logs, memory } = await on.capture(1);
    await on.sweepAt(day(0.1));
    on.wall.leapMs = 91 * 86_400_000;
    for (let hour = 1; hour <= 48; hour += 6) {
      const found = await on.sweepAt(day(0.1 + hour / 24));
      expect(found).toMatchObject({ marked: 0, removed: 0 });
    }
    expect([await on.has(logs), await on.has(memory)]).toEqual([true, true]);
  });

  it('ahead before the first sweep has nothing marked either', async () => {
    await on.capture(1);
    on.wall.leapMs = 400 * 86_400_000;
    expect(await on.sweepAt(day(1))).toMatchObject({ marked: 0 });
  });

  it('that is set back breaks nothing, and stops nothing for longer than it is back', async () => {
    await on.capture(1);
    await on.sweepAt(day(20));
    on.wall.leapMs = -50 * 86_400_000;
    expect(await on.sweepAt(day(21))).toMatchObject({ marked: 0 });
    expect(await on.sweepAt(day(30.9))).toMatchObject({ marked: 0 });
    expect(await on.sweepAt(day(31.1))).toMatchObject({ marked: 1 });
  });
});

describe('a sweep that is cut off', () => {
  it('between the tombstone and its entry has marked nothing, and marks once when it is repeated', async () => {
    const { memory } = await on.capture(1);
    const mark = () => Promise.reject(new Error('killed'));
    const { expiry } = on.deps.ledger;
    await expect(on.sweepAt(day(31), { expiry: { ...expiry, mark } })).rejects.toThrow('killed');
    expect(await on.stateOf(memory)).toBe('kept');
    expect(await on.sweepAt(day(31.1))).toMatchObject({ marked: 1 });
  });

  it('between the decision and the removal is finished by the next', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const remove = () => Promise.reject(new Error('killed'));
    await expect(on.sweepAt(day(33), {}, { remove })).rejects.toThrow('killed');
    expect([await on.has(memory), await on.stateOf(memory)]).toEqual([true, 'removing']);
    expect(await on.sweepAt(day(33.1))).toMatchObject({ removed: 1 });
    expect((await on.touches(1)).map(({ body }) => body['touch'])).toEqual([
      'marked',
      'removing',
      'removed',
    ]);
  });

  it('between the removal and its entry is finished by the next, also where it is held by then', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const gone = () => Promise.reject(new Error('killed'));
    const { expiry } = on.deps.ledger;
    await expect(on.sweepAt(day(33), { expiry: { ...expiry, gone } })).rejects.toThrow('killed');
    await on.deps.ledger.keeping.hold(incidentId(1), ada());
    await on.sweepAt(day(33.1));
    expect([await on.has(memory), await on.stateOf(memory)]).toEqual([false, 'removed']);
  });

  it('is harmless beside another: each step is taken once', async () => {
    await on.capture(1);
    await on.sweepAt(day(1));
    on.setTo(day(91));
    await on.readClocks();
    await Promise.all([on.sweepNow(), on.sweepNow(), on.sweepNow()]);
    on.setTo(day(93));
    await on.readClocks();
    await Promise.all([on.sweepNow(), on.sweepNow(), on.sweepNow()]);
    const touched = (await on.touches(1)).map(({ body }) => body['touch']);
    expect(touched).toEqual(['marked', 'removing', 'removed']);
  });
});

describe('an object that cannot go', () => {
  it('stays where the store does not let go of it, and is tried again', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const retained = new Fault('evidence_retained', 'locked until 2027', { retryable: false });
    const remove = () => Promise.reject(retained);
    expect(await on.sweepAt(day(33), {}, { remove })).toMatchObject({ removed: 0, refused: 1 });
    expect(await on.stateOf(memory)).toBe('removing');
    expect(await on.sweepAt(day(33.1))).toMatchObject({ removed: 1, refused: 0 });
  });

  it('stays where the store only says that it is gone', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const lying = { remove: () => Promise.resolve() };
    expect(await on.sweepAt(day(33), {}, lying)).toMatchObject({ removed: 0, refused: 1 });
    expect(await on.has(memory)).toBe(true);
  });

  it('stays where its tombstone was lost', async () => {
    const { memory } = await on.capture(1);
    await on.sweepAt(day(31));
    const object = await on.deps.ledger.keeping.object(memory.sha256);
    await on.deps.store.remove(object?.tombstone?.sha256 ?? '');
    expect(await on.sweepAt(day(33))).toMatchObject({ removed: 0, refused: 1 });
    expect(await on.has(memory)).toBe(true);
  });
});
