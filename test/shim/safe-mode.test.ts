import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AT, incidentId } from '../support/admissions.ts';
import { boot, failure, read, type Booted } from './boot.ts';

let shim: Booted;
beforeAll(async () => void (shim = await boot()), 60_000);
afterAll(() => shim.stop());

const leave = (token: string) => shim.ask('/api/v1/safe-mode/leave', { method: 'POST', token });

describe('safe mode', () => {
  it('is seen wherever one looks, until an operator leaves it', async () => {
    const entering = { resource: 'safe_mode@cordon', incident_id: incidentId(1), at: AT };
    await shim.ledger.safeMode.enter(entering);
    const on = { on: true, since: AT, holders: [] };
    expect(await read(await shim.ask('/api/v1/safe-mode'))).toEqual(on);
    expect(await read(await shim.ask('/health'))).toMatchObject({
      status: 'degraded',
      reasons: [`Safe mode is on since ${AT}`],
      safe_mode: on,
    });
    expect(await (await shim.ask('/metrics')).text()).toContain('cordon_safe_mode 1');

    expect(await failure(await leave(shim.tokens.reader))).toEqual([403, 'forbidden']);
    expect(await read(await leave(shim.tokens.operator))).toMatchObject({ on: false });
    expect(await read(await shim.ask('/health'))).toMatchObject({ status: 'ok' });
    expect(await (await shim.ask('/metrics')).text()).toContain('cordon_safe_mode 0');
  });
});
