import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newerIncident } from '../../activities/newer-incident.ts';
import { admission, incidentId, recorded } from '../support/admissions.ts';
import { FREEZE, HAPPENS } from '../support/incidents.ts';
import { world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const AIRLOCK = { ...FREEZE, action: 'disable_airlock', resource: 'disable_airlock@airlock' };
const OURS = incidentId(1);

/** Ours holds both; the newer one is about a host, of a kind, and holds some. */
async function newer(wishes: { host?: string; latched?: boolean; holds?: (typeof FREEZE)[] }) {
  const { host = 'web-1', latched = true, holds = [FREEZE] } = wishes;
  const ours = admission(1, { holds: [FREEZE, AIRLOCK], subject: { host: 'web-1' } });
  const theirs = admission(2, { holds, subject: host === '' ? {} : { host }, latched });
  for (const one of [ours, theirs]) await on.deps.ledger.log.admit(one);
  return (since = '2026-01-01T00:00:00.000Z') =>
    newerIncident(on.deps, { incident_id: OURS, host: 'web-1', since });
}

describe('a proof is older than', () => {
  it('an incident of the host that would not hold all that is let go', async () => {
    expect(await (await newer({}))()).toBe(incidentId(2));
  });

  it('none that was reported before it', async () => {
    expect(await (await newer({}))('2999-01-01T00:00:00.000Z')).toBe('');
  });

  it('none of another host', async () => {
    expect(await (await newer({ host: 'web-2' }))()).toBe('');
  });

  it('none that asks for no proof itself', async () => {
    expect(await (await newer({ latched: false }))()).toBe('');
  });

  it('none that holds the same', async () => {
    expect(await (await newer({ holds: [FREEZE, AIRLOCK] }))()).toBe('');
  });

  it('an incident of another host that has come to be about this one as well', async () => {
    const ask = await newer({ host: 'web-2' });
    const widened = HAPPENS.widened({ host: 'web-1' });
    await on.deps.ledger.log.append(incidentId(2), [recorded('1', widened)]);
    expect(await ask()).toBe(incidentId(2));
  });

  it('an incident that names no host, where such are about this one', async () => {
    on.policy.attestation.unnamed_host = 'web-1';
    const ask = await newer({ host: '' });
    expect(await ask()).toBe(incidentId(2));
  });
});
