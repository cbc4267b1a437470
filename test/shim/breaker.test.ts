import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { incidentId } from '../support/admissions.ts';
import { boot, failure, read, type Booted } from './boot.ts';

let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

/** Two subjects where one is the limit. */
async function trip(): Promise<void> {
  for (const number of [1, 2]) {
    const step = { action: 'wipe', resource: `wipe@host#${number}`, most: 1, window_ms: 60_000 };
    const count = { incident_id: incidentId(number), at_ms: Date.now(), steps: [step] };
    await shim.ledger.breaker.count(count);
  }
}

describe('the breaker', () => {
  it('is seen to be tripped wherever one looks, until an operator resets it', async () => {
    await trip();
    expect(await read(await shim.ask('/api/v1/breaker'))).toMatchObject({
      tripped: [{ action: 'wipe', incident_id: incidentId(2) }],
      counted: [{ action: 'wipe', subjects: 1 }],
    });
    expect(await read(await shim.ask('/health'))).toMatchObject({
      status: 'degraded',
      reasons: ['The breaker of wipe is tripped'],
      breaker: { tripped: ['wipe'] },
    });
    const metrics = async () => (await shim.ask('/metrics')).text();
    expect(await metrics()).toContain('cordon_breaker_tripped{action="wipe"} 1');

    const token = shim.tokens.operator;
    const reset = await shim.ask('/api/v1/breaker/reset', { token, body: { action: 'wipe' } });
    expect(await read(reset)).toEqual({ reset: 1 });
    expect(await read(await shim.ask('/health'))).toMatchObject({ status: 'ok' });
    expect(await metrics()).not.toContain('action="wipe"');
    expect(await shim.ledger.register.latestNote('breaker_reset')).toMatchObject({
      actor: 'oskar',
    });
  });

  it('is not reset by a reader, nor by nobody', async () => {
    const reset = (token?: string) =>
      shim.ask('/api/v1/breaker/reset', { body: {}, ...(token !== undefined && { token }) });
    expect(await failure(await reset(shim.tokens.reader))).toEqual([403, 'forbidden']);
    expect(await failure(await reset())).toEqual([401, 'unauthenticated']);
  });
});
