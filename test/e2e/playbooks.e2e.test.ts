import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';
import { addPerson, playPlaybook, secondPerson } from '../support/play-playbook.ts';

let cordon: Installation;
let bob = '';
beforeAll(async () => {
  cordon = await installation();
  bob = await secondPerson(cordon);
  await addPerson(cordon, 'practice-operator', ['read', 'operator']);
}, STARTING_MS);
afterAll(() => cordon.stop());

const PATIENCE_MS = 180_000;
const WORKER_IMAGE =
  'practice/worker@sha256:bf86b4bda9e62f21feb433b3bb2445ea137aaeb26309369f4faa5c7fcacd9de2';
const extension = { extension: 'weather' };

/** What each is about, and the actions by which it is contained in the end, by the name that the policy gives them. */
const PLAYBOOKS: [name: string, subject: Record<string, string>, actions: string[]][] = [
  [
    'compromised_agent',
    { agent: 'agent-1' },
    [
      ...['freeze_agent', 'revoke_svid', 'quarantine_shared_state', 'notify_downstream'],
      ...['recycle_container', 'rotate_secret'],
    ],
  ],
  ['malicious_insider', { operator: 'practice-operator' }, ['disable_operator', 'rotate_secret']],
  [
    'supply_chain_compromise',
    { image: WORKER_IMAGE },
    ['block_image', 'recycle_container', 'quarantine_shared_state'],
  ],
  ['external_attack', { address: '203.0.113.7' }, ['block_source']],
  ['unauthorized_capability', extension, []],
  ['secret_exposure', extension, []],
  ['scanner_bypass', extension, []],
  ['quarantine_escape', extension, []],
  ['quota_abuse', extension, []],
  ['quarantine_investigation', extension, ['quarantine_extension']],
  ['burst_denial', extension, []],
  ['escalation_review', extension, []],
  ['rollback_verification', extension, []],
  // These two leave the rollout in its shadow, for people to advance it.
  ['ledger_integrity', extension, []],
  ['ledger_corruption', extension, []],
];

describe('a playbook', () => {
  it.each(PLAYBOOKS)(
    '%s is run from its report to its close',
    async (name, subject, expected) => {
      const { id } = await cordon.report({ class: name, subject, severity: 'critical' });
      const incident = await playPlaybook(cordon, id, bob);
      expect(incident).toMatchObject({ state: 'closed' });
      const taken = incident.containment_actions.map(({ action, on }) => on?.action ?? action);
      for (const action of expected) expect(taken).toContain(action);
      const failed = incident.containment_actions.filter(({ status }) => status === 'failed');
      expect(failed).toEqual([]);
      expect(incident.playbook?.checks.every(({ verdict }) => verdict === 'pass')).toBe(true);
    },
    PATIENCE_MS,
  );

  it('has wedged no workflow', async () => {
    expect(await cordon.wedged()).toEqual([]);
  });
});
