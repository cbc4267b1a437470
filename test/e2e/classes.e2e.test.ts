import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

const LATCHED = { latched: true, require_ack: true, require_review: true };
const FREE = { latched: false, require_ack: false, require_reattest: false, require_review: false };
const ATTESTED = { require_reattest: true };
const UNATTESTED = { require_reattest: false };

/** Class, severity, actions and what its recovery requires. */
const CLASSES: [string, string, string[], Partial<Incident>][] = [
  [
    'attestation_failure',
    'critical',
    ['freeze_agent', 'disable_airlock', 'force_vault_relock'],
    { ...LATCHED, ...ATTESTED },
  ],
  [
    'integrity_violation',
    'critical',
    ['freeze_agent', 'disable_airlock', 'force_vault_relock'],
    { ...LATCHED, ...ATTESTED },
  ],
  [
    'unauthorized_access',
    'critical',
    ['freeze_agent', 'force_vault_relock', 'log_alert'],
    { ...LATCHED, ...ATTESTED },
  ],
  [
    'manifest_mismatch',
    'high',
    ['quarantine_model', 'freeze_agent'],
    { ...LATCHED, ...UNATTESTED },
  ],
  ['policy_bypass_attempt', 'high', ['freeze_agent', 'log_alert'], FREE],
  ['prompt_injection', 'high', ['freeze_agent', 'log_alert'], FREE],
  ['tool_call_burst', 'medium', ['freeze_agent'], FREE],
  ['model_behavior_anomaly', 'high', ['quarantine_model', 'log_alert'], FREE],
  ['forbidden_airlock_request', 'medium', ['log_alert'], FREE],
];

describe.each(CLASSES)('%s', (incidentClass, severity, actions, requirements) => {
  const subject = { host: incidentClass, agent: 'planner', model: 'm-7' };
  const autoContain = incidentClass !== 'forbidden_airlock_request';
  let id = '';

  it('is answered with its severity, its actions and its requirements', async () => {
    const reported = await cordon.report({ class: incidentClass, subject });
    ({ id } = reported);
    expect(reported).toMatchObject({ severity, state: 'open', ...requirements });
    expect(reported.containment_actions.map(({ action }) => action)).toEqual(actions);
  });

  it('is contained in fact, or stays open where it contains nothing', async () => {
    const tried = await cordon.until(id, ({ containment_actions }) =>
      containment_actions.every(({ status }) => status === 'contained'),
    );
    const expected = autoContain ? 'contained' : 'open';
    expect(await cordon.untilState(id, expected)).toMatchObject({ auto_contain: autoContain });
    expect(tried.containment_actions).toHaveLength(actions.length);
    expect(await inForce(actions, subject)).toEqual(inForceBy(actions, subject.model));
    expect(await cordon.events(id, 'alert')).toHaveLength(actions.includes('log_alert') ? 1 : 0);
  });

  it('is recovered by what it requires of people, and released', async () => {
    const over = await cordon.recover(id);
    expect(over).toMatchObject({
      state: over.require_review ? 'closed' : 'resolved',
      resolved_by: 'admin',
      acked_by: 'admin',
    });
    expect(await inForce(actions, subject)).toEqual({
      ...inForceBy([], subject.model),
      ...(actions.includes('force_vault_relock') && { force_vault_relock: true }),
    });
    const [sealed] = await cordon.events(id, 'sealed');
    expect(sealed?.bundle).toEqual(over.bundle);
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});

/** What the targets themselves say of each action: an earlier incident's vault stays locked, for people. */
async function inForce(actions: string[], subject: Record<string, string>) {
  const { disabled } = await cordon.statusOf('airlock');
  const { quarantined } = await cordon.statusOf('registry');
  return {
    freeze_agent: await cordon.frozen(subject),
    disable_airlock: disabled,
    quarantine_model: quarantined,
    ...(actions.includes('force_vault_relock') && {
      force_vault_relock: await cordon.vaultIsLocked(),
    }),
  };
}

function inForceBy(actions: string[], model: string) {
  return {
    freeze_agent: actions.includes('freeze_agent'),
    disable_airlock: actions.includes('disable_airlock'),
    quarantine_model: actions.includes('quarantine_model') ? [model] : [],
    ...(actions.includes('force_vault_relock') && { force_vault_relock: true }),
  };
}
