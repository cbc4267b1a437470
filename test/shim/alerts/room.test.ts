import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRoom } from '../../../src/shim/alerts/room.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** What has become of a wish to enter. */
function seen(entering: Promise<() => void>) {
  const state = { entered: false, code: '', leave: () => {} };
  entering.then(
    (leave) => Object.assign(state, { entered: true, leave }),
    (error: unknown) => Object.assign(state, { code: Object(error).code }),
  );
  return state;
}

describe('a room', () => {
  it('is entered in the order of asking, each when there is place for it', async () => {
    const room = createRoom(10);
    const first = seen(room.enter(8));
    const second = seen(room.enter(8));
    const third = seen(room.enter(1));
    await vi.advanceTimersByTimeAsync(0);
    expect([first.entered, second.entered, third.entered]).toEqual([true, false, false]);
    first.leave();
    first.leave();
    await vi.advanceTimersByTimeAsync(0);
    expect([second.entered, third.entered]).toEqual([true, true]);
    const fourth = seen(room.enter(2));
    await vi.advanceTimersByTimeAsync(0);
    expect(fourth.entered).toBe(false);
  });

  it('is for whoever is larger than it, alone', async () => {
    const room = createRoom(10);
    const large = seen(room.enter(1_000));
    await vi.advanceTimersByTimeAsync(0);
    expect(large.entered).toBe(true);
    const small = seen(room.enter(1));
    await vi.advanceTimersByTimeAsync(0);
    expect(small.entered).toBe(false);
  });

  it('turns away who has waited for too long, and lets in the smaller one behind', async () => {
    const room = createRoom(10);
    seen(room.enter(8));
    const large = seen(room.enter(8));
    await vi.advanceTimersByTimeAsync(2_000);
    const small = seen(room.enter(2));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(large).toMatchObject({ entered: false, code: 'too_many_deliveries' });
    expect(small.entered).toBe(true);
  });

  it('has no endless queue', async () => {
    const room = createRoom(1);
    seen(room.enter(1));
    const waiting = Array.from({ length: 1_001 }, () => seen(room.enter(1)));
    await vi.advanceTimersByTimeAsync(0);
    expect(waiting.filter(({ code }) => code === 'too_many_deliveries')).toHaveLength(1);
  });
});
