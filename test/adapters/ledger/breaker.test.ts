import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BreakerCount } from '../../../src/domain/breaker.ts';
import { AT, incidentId } from '../../support/admissions.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

const NOW = Date.parse(AT);
const WINDOW = 1_000;

/** The wipe of one subject by one incident. */
function wipe(incident: number, subject: string, at_ms = NOW, most = 2): BreakerCount {
  const step = { action: 'wipe', resource: `wipe@host#${subject}`, most, window_ms: WINDOW };
  return { incident_id: incidentId(incident), at_ms, steps: [step] };
}

describe.each(LEDGER_KINDS)('the breaker on $name', (kind) => {
  it('lets as many distinct subjects pass within the window as the limit says', async () => {
    const { breaker } = await freshLedger(kind);
    expect(await breaker.count(wipe(1, 'a'))).toEqual([]);
    expect(await breaker.count(wipe(2, 'a'))).toEqual([]);
    expect(await breaker.count(wipe(3, 'b'))).toEqual([]);
    expect(await breaker.count(wipe(4, 'c', NOW + WINDOW - 1))).toMatchObject([
      { resource: 'wipe@host#c', reason: expect.stringContaining('2 subjects within 1 s') },
    ]);
  });

  it('counts what has left the window no more', async () => {
    const { breaker } = await freshLedger(kind);
    await breaker.count(wipe(1, 'a'));
    await breaker.count(wipe(2, 'b', NOW + 1));
    expect(await breaker.count(wipe(3, 'c', NOW + WINDOW))).toEqual([]);
    expect((await breaker.standing()).tripped).toEqual([]);
  });

  it('gives a step that it has counted the same answer, also after it has tripped', async () => {
    const { breaker } = await freshLedger(kind);
    await breaker.count(wipe(1, 'a', NOW, 1));
    expect(await breaker.count(wipe(2, 'b', NOW, 1))).toHaveLength(1);
    expect(await breaker.count(wipe(1, 'a', NOW + 1, 1))).toEqual([]);
    expect(await breaker.count(wipe(2, 'b', NOW + 1, 1))).toHaveLength(1);
  });

  it('stays tripped until a person resets it, and both are notes of the ledger', async () => {
    const place = await kind.place();
    const first = await place.open();
    await first.breaker.count(wipe(1, 'a', NOW, 1));
    await first.breaker.count(wipe(2, 'b', NOW, 1));
    const { breaker, register } = await place.open();
    expect(await breaker.count(wipe(3, 'c', NOW + 10 * WINDOW, 1))).toHaveLength(1);
    expect(await breaker.standing()).toMatchObject({
      tripped: [{ action: 'wipe', incident_id: incidentId(2), tripped_at: AT }],
      counted: [{ action: 'wipe', subjects: 1, last_at: AT }],
    });

    expect(await breaker.reset('other', 'ada', AT)).toBe(0);
    expect(await breaker.reset('', 'ada', AT)).toBe(1);
    expect(await breaker.count(wipe(3, 'c', NOW, 1))).toEqual([]);
    const notes = (await register.entriesAfter(0, 10)).map(({ type, actor }) => [type, actor]);
    expect(notes).toEqual([
      ['breaker_tripped', 'cordon'],
      ['breaker_reset', 'ada'],
    ]);
  });

  it('knows of no subject that is within a limit that nobody knows', async () => {
    const { breaker } = await freshLedger(kind);
    expect(await breaker.count(wipe(1, 'a', NOW, 0))).toMatchObject([
      { reason: expect.stringContaining('is not known') },
    ]);
  });

  it('lets exactly as many pass as the limit says, however many come at once', async () => {
    const place = await kind.place();
    const [one, other] = [await place.open(), await place.open()];
    const alerts = Array.from({ length: 500 }, (_, at) => at);
    const answers = await Promise.all(
      alerts.map((at) => {
        const { breaker } = at % 2 === 0 ? one : other;
        return breaker.count(wipe(at, `host-${at}`, NOW, 20));
      }),
    );
    expect(answers.filter((beyond) => beyond.length === 0)).toHaveLength(20);
    expect(await one.breaker.standing()).toMatchObject({
      tripped: [{ action: 'wipe' }],
      counted: [{ subjects: 20 }],
    });
  });
});

interface Given {
  incident: number;
  subject: string;
  afterMs: number;
}

/** The same by its definition: a list of all that has passed, looked through each time. */
function byDefinition(given: Given[], most: number): boolean[] {
  const passed: { key: string; subject: string; at: number }[] = [];
  let isTripped = false;
  let at = NOW;
  return given.map(({ incident, subject, afterMs }) => {
    at += afterMs;
    const key = `${incident}/${subject}`;
    if (passed.some((earlier) => earlier.key === key)) return true;
    const recent = passed.filter((earlier) => earlier.at > at - WINDOW);
    const others = new Set(recent.map((earlier) => earlier.subject).filter((s) => s !== subject));
    isTripped ||= others.size >= most;
    if (!isTripped) passed.push({ key, subject, at });
    return !isTripped;
  });
}

describe('the breaker', () => {
  it('holds what its definition holds', async () => {
    const step = fc.record({
      incident: fc.integer({ min: 1, max: 6 }),
      subject: fc.constantFrom('a', 'b', 'c', 'd'),
      afterMs: fc.integer({ min: 0, max: WINDOW }),
    });
    const course = fc.array(step, { maxLength: 12 });
    const { breaker } = await freshLedger(LEDGER_KINDS[0] ?? expect.fail('no ledger'));
    await fc.assert(
      fc.asyncProperty(course, fc.integer({ min: 1, max: 3 }), async (given, most) => {
        await breaker.reset('', 'ada', AT);
        let at = NOW;
        const answers: boolean[] = [];
        for (const { incident, subject, afterMs } of given) {
          at += afterMs;
          answers.push((await breaker.count(wipe(incident, subject, at, most))).length === 0);
        }
        expect(answers).toEqual(byDefinition(given, most));
      }),
      { numRuns: 25 },
    );
  });
});
