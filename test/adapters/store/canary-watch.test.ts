import { describe, expect, it, onTestFinished } from 'vitest';
import { type Canary, startCanary } from '../../../src/adapters/store/canary-watch.ts';
import type { Planted, Trial } from '../../../src/adapters/store/trial.ts';
import { Fault } from '../../../src/domain/fault.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR_MS = 60 * 60 * 1000;

/** A store of which a test says what it does, and a clock that a test moves. */
function watched({ claims = true } = {}) {
  const world = { now: START, away: false, refuses: true, trials: 0, left: 0 };
  const planted: Planted = {
    attempt: async () => ({ outcome: world.refuses ? 'refused' : 'done', detail: 'so it is' }),
    harm: async () => '',
    remove: async () => {
      world.left -= 1;
      return '';
    },
  };
  const trial: Trial = {
    kind: 's3-object-lock',
    claims,
    attempts: [{ name: 'delete', required: true, provenByRemoval: false }],
    beyond: [],
    plant: async () => {
      world.trials += 1;
      if (world.away) throw new Fault('evidence_store_unavailable', 'away', { retryable: true });
      world.left += 1;
      return planted;
    },
  };
  const said: string[] = [];
  const log = {
    info: () => undefined,
    warn: (_fields: object, message: string) => void said.push(message),
  };
  const canary = startCanary({ trial, now: () => world.now, log });
  onTestFinished(() => canary.stop());
  return { world, canary, said };
}

const at = (ms: number) => new Date(ms).toISOString();
const after = async (canary: Canary, world: { now: number }, ms: number) => {
  world.now += ms;
  await canary.look();
};

describe('the watch over a store', () => {
  it('says that nothing is known, until it is', async () => {
    const { canary, world } = watched();
    const unknown = { kind: 's3-object-lock', enforcing: false, checked_at: '' };
    expect(canary.standing()).toEqual(unknown);
    expect(canary.status()).toMatchObject({ verdict: null, problem: '' });
    await canary.look();
    expect(canary.standing()).toEqual({ ...unknown, enforcing: true, checked_at: at(START) });
    expect(world).toMatchObject({ trials: 1, left: 0 });
  });

  it('tries it again every day, and not before', async () => {
    const { canary, world } = watched();
    await canary.look();
    await after(canary, world, 23 * HOUR_MS);
    expect(world.trials).toBe(1);
    await after(canary, world, HOUR_MS);
    expect(world.trials).toBe(2);
    expect(canary.standing().checked_at).toBe(at(START + 24 * HOUR_MS));
  });

  it('tries it once however many ask', async () => {
    const { canary, world } = watched();
    await Promise.all([canary.look(), canary.look(), canary.look()]);
    expect(world.trials).toBe(1);
  });

  it('tells when it no longer refuses', async () => {
    const { canary, world, said } = watched();
    await canary.look();
    world.refuses = false;
    await after(canary, world, 24 * HOUR_MS);
    expect(canary.standing().enforcing).toBe(false);
    expect(said).toEqual(['the evidence store does not enforce']);
  });

  it('tells nothing of one that never said it would', async () => {
    const { canary, world, said } = watched({ claims: false });
    world.refuses = false;
    await canary.look();
    expect(canary.standing().enforcing).toBe(false);
    expect(said).toEqual([]);
  });

  it('knows nothing any more of one that is away, and asks again soon', async () => {
    const { canary, world, said } = watched();
    await canary.look();
    world.away = true;
    await after(canary, world, 24 * HOUR_MS);
    expect(canary.status()).toMatchObject({ verdict: null, problem: 'away' });
    expect(canary.standing()).toMatchObject({ enforcing: false, checked_at: '' });
    expect(said).toEqual(['the evidence store could not be tried']);
    world.away = false;
    await after(canary, world, HOUR_MS / 6);
    expect(canary.standing().enforcing).toBe(true);
  });
});
