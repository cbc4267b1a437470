import { afterAll, beforeAll, expect, it } from 'vitest';
import { effectKey } from '../../src/domain/idempotency.ts';
import { callRange } from '../../src/range/client.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

/** What is held is looked at every 15 s. */
const NOTICED_WITHIN_MS = 20_000;
const UNFREEZE = '/api/v1/unfreeze';
const FREEZE = { action: 'freeze_agent', target: 'agent', resource: '' };
const SUBJECT = { host: 'drifting', agent: 'planner' };

it('freezes again what somebody thawed behind its back, and asks people anew', async () => {
  const { id } = await cordon.report({ class: 'unauthorized_access', subject: SUBJECT });
  await cordon.untilState(id, 'contained');
  expect((await cordon.command('acknowledge', id)).status).toBe(200);
  const before = await cordon.incident(id);
  expect(before.acked_by).toBe('admin');
  expect(await agains(id)).toEqual([]);

  // That it was thawed is what the ledger says of it below: it may be frozen again at any moment.
  const thawed = await callRange(cordon.home, 'agent', 'POST', UNFREEZE, { subject: SUBJECT });
  expect(thawed.status).toBe(200);
  await eventually(
    () => cordon.frozen(SUBJECT),
    (frozen) => frozen,
    NOTICED_WITHIN_MS,
  );

  const after = await cordon.until(
    id,
    ({ state, contained_at }) => state === 'contained' && contained_at > before.contained_at,
  );
  // What was acknowledged has been undone meanwhile.
  expect(after).toMatchObject({ acked_at: '', acked_by: '' });
  expect(await sinceAcknowledged(id)).toEqual([
    ['action', 'failed', 'lost'],
    ['containment_failed', undefined, undefined],
    ['action', 'contained', 'ok'],
    ['contained', undefined, undefined],
  ]);
  expect(await agains(id)).toMatchObject([{ effects: 1 }]);

  const refused = await cordon.command('resolve', id);
  expect(refused).toMatchObject({ status: 409, body: { code: 'acknowledgement_required' } });
  expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
  expect(await cordon.frozen(SUBJECT)).toBe(false);
  expect(await cordon.wedged()).toEqual([]);
});

const agains = (id: string) => cordon.effects('agent', effectKey(id, FREEZE, 'apply', 1));

/** What the ledger has of the incident after the acknowledgement: type, and of an action how it ended. */
async function sinceAcknowledged(id: string) {
  const entries = await cordon.entries(id);
  const acknowledged = entries.findIndex(({ type }) => type === 'acknowledged');
  return entries.slice(acknowledged + 1).map(({ type, body }) => {
    const result = body['result'] as { status?: string; reason?: string } | undefined;
    return [type, result?.status, result?.reason];
  });
}
