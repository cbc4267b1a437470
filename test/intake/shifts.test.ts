import { describe, expect, test } from 'vitest';
import { createShifts } from '../../src/intake/shifts.ts';

const many = Array.from({ length: 40 }, (_, n) => n);

/** Takes a millisecond of the process, as reading an alert may. */
function busy(n: number): number {
  const endsMs = performance.now() + 1;
  while (performance.now() < endsMs);
  return n;
}

describe('work of many parts', () => {
  test('is done whole and in order', async () => {
    expect(await createShifts(() => false).each(many, busy)).toEqual(many);
  });

  test('lets the process turn to something else in between', async () => {
    let turns = 0;
    const turning = setInterval(() => (turns += 1));
    await createShifts(() => false).each(many, busy);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(2);
  });

  test('does not keep waiting who brings one part', async () => {
    const shifts = createShifts(() => false);
    const ended: string[] = [];
    await Promise.all([
      shifts.each(many, busy).then(() => ended.push('many')),
      shifts.each([1], busy).then(() => ended.push('one')),
    ]);
    expect(ended).toEqual(['one', 'many']);
  });

  test('that fails says so to whom it belongs, and to nobody else', async () => {
    const shifts = createShifts(() => false);
    const failing = shifts.each(many, () => {
      throw new Error('no alert');
    });
    const other = shifts.each([1], busy);
    await expect(failing).rejects.toThrow('no alert');
    expect(await other).toEqual([1]);
  });

  test('of which each is one part has no more than a shift of a turn', async () => {
    const shifts = createShifts(() => false);
    let turns = 0;
    const turning = setInterval(() => (turns += 1));
    expect(await Promise.all(many.map((n) => shifts.one(() => busy(n))))).toEqual(many);
    clearInterval(turning);
    expect(turns).toBeGreaterThan(2);
  });

  test('leaves most of the time to what it gives way to', async () => {
    const took = async (givesWay: boolean) => {
      const beganMs = performance.now();
      await createShifts(() => givesWay).each(many, busy);
      return performance.now() - beganMs;
    };
    expect(await took(true)).toBeGreaterThan(3 * many.length);
  });

  test('is nothing for no parts', async () => {
    expect(await createShifts(() => false).each([], busy)).toEqual([]);
  });
});
