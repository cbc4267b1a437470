import { expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { createCorroboration, type Witness } from '../../src/intake/corroborate.ts';
import { admission, incidentId } from '../support/admissions.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { NOW } from './scratch.ts';

const ALERT: Alert = { kind: 'finding', identity: ['1'], occurred_at: '', title: '', facts: {} };

/** One incident, and what it is told by a witness of Keylime's alerts. */
async function desk(ask: Witness['ask']) {
  const ledger = await freshLedger(SQLITE);
  await ledger.log.admit(admission(1));
  const warned: string[] = [];
  const corroboration = createCorroboration({
    witnesses: [{ name: 'verifier', format: 'keylime', ask }],
    ledger,
    now: () => NOW,
    log: { info() {}, warn: (_fields, message) => void warned.push(message), error() {} },
  });
  const told = async () => (await ledger.register.timeline(incidentId(1))).slice(1);
  return { ...corroboration, told, warned };
}

it('puts on record what a witness of the format says, once', async () => {
  const on = await desk(async () => ({ verdict: 'denied', reason: 'the verifier says PASS' }));
  on.opened(incidentId(1), 'keylime', ALERT);
  await on.settle();
  on.opened(incidentId(1), 'keylime', ALERT);
  await on.settle();
  expect(await on.told()).toMatchObject([
    { type: 'corroborated', body: { witness: 'verifier', verdict: 'denied' } },
  ]);
});

it('asks nobody about alerts of other formats', async () => {
  const on = await desk(() => Promise.reject(new Error('nobody should ask')));
  on.opened(incidentId(1), 'falco', ALERT);
  await on.settle();
  expect(await on.told()).toEqual([]);
  expect(on.warned).toEqual([]);
});

it('says in the log what could not be put on record', async () => {
  const on = await desk(async () => ({ verdict: 'unknown', reason: 'silent' }));
  on.opened(incidentId(2), 'keylime', ALERT);
  await on.settle();
  expect(on.warned).toHaveLength(1);
});
