import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { planFor } from '../../src/domain/plan-for.ts';
import { planSchema } from '../../src/domain/plan.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Subject } from '../../src/domain/report.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { rulesWithout } from '../../src/intake/policy-playbooks.ts';

let policy: Policy;
beforeAll(async () => {
  policy = await loadPolicy({ containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml') });
});

const HOST_3 = { host: 'host-3', agent: 'agent 7/α', model: 'm-7' };
const planOf = (incidentClass: string, severity?: 'low' | 'critical', subject = {}) =>
  planFor(policy, { class: incidentClass, severity, subject });

const NONE = { latched: false, require_ack: false, require_reattest: false, review: false };
const FULL = { latched: true, require_ack: true, require_reattest: true, review: true };
const CRITICAL = { ...FULL, latched: false };
const ACK = { ...FULL, require_reattest: false };
const LOCKDOWN = ['freeze_agent', 'disable_airlock', 'force_vault_relock'];

/** Severity, whether it contains by itself, actions, and what recovery requires. */
const CLASSES: Record<string, [string, boolean, string[], object]> = {
  attestation_failure: ['critical', true, LOCKDOWN, FULL],
  integrity_violation: ['critical', true, LOCKDOWN, FULL],
  unauthorized_access: [
    'critical',
    true,
    ['freeze_agent', 'force_vault_relock', 'log_alert'],
    FULL,
  ],
  manifest_mismatch: ['high', true, ['quarantine_model', 'freeze_agent'], ACK],
  policy_bypass_attempt: ['high', true, ['freeze_agent', 'log_alert'], NONE],
  prompt_injection: ['high', true, ['freeze_agent', 'log_alert'], NONE],
  tool_call_burst: ['medium', true, ['freeze_agent'], NONE],
  model_behavior_anomaly: ['high', true, ['quarantine_model', 'log_alert'], NONE],
  evidence_violation: ['critical', false, ['log_alert'], { ...ACK, latched: false }],
  detector_failure: ['medium', false, ['log_alert'], NONE],
  forbidden_airlock_request: ['medium', false, ['log_alert'], NONE],
};

const MINUTE = 60_000;
const WINDOWS: Record<string, [number, number, string, object]> = {
  prompt_injection: [3, 5 * MINUTE, 'critical', CRITICAL],
  tool_call_burst: [5, MINUTE, 'high', NONE],
  policy_bypass_attempt: [2, 10 * MINUTE, 'critical', CRITICAL],
  forbidden_airlock_request: [5, 5 * MINUTE, 'high', NONE],
  model_behavior_anomaly: [3, 15 * MINUTE, 'critical', CRITICAL],
};

describe('the plan by the shipped policy', () => {
  it('is there for eleven classes, and for those of the playbooks', () => {
    const rules = rulesWithout(policy.playbooks, policy.containment);
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(CLASSES).toSorted());
    expect(Object.keys(policy.escalation.windows).toSorted()).toEqual(
      Object.keys(WINDOWS).toSorted(),
    );
  });

  it.each(Object.entries(CLASSES))('for %s', (name, [severity, contains, actions, requires]) => {
    const plan = planOf(name);
    expect(plan).toMatchObject({ severity, auto_contain: contains, ...requires });
    expect(plan.actions.map(({ action }) => action)).toEqual(actions);
    expect(plan.policy_digest).toBe(policy.digest);
    expect(planSchema.parse(plan)).toEqual(plan);
    expect(plan.escalation === null).toBe(!(name in WINDOWS));
  });

  it.each(Object.entries(WINDOWS))(
    'escalates %s',
    (name, [threshold, window, severity, requires]) => {
      const { actions, escalation } = planOf(name);
      expect(escalation).toMatchObject({ threshold, window_ms: window });
      expect(escalation?.course).toMatchObject({ severity, actions, ...requires });
    },
  );
});

describe('the plan', () => {
  it('takes the severity of the report, and what that requires', () => {
    expect(planOf('tool_call_burst', 'critical')).toMatchObject({
      ...CRITICAL,
      severity: 'critical',
      slas: { acknowledge_ms: 60 * MINUTE },
    });
    expect(planOf('attestation_failure', 'low')).toMatchObject({ ...FULL, severity: 'low' });
  });

  it('never lowers a severity by escalating it', () => {
    expect(planOf('tool_call_burst', 'critical').escalation?.course.severity).toBe('critical');
  });

  it('names what is held, so that two incidents about one thing hold one thing', () => {
    const resources = (subject: object) =>
      planOf('manifest_mismatch', undefined, subject).actions.map(({ resource }) => resource);
    expect(resources(HOST_3)).toEqual([
      'quarantine_model@registry#m-7',
      'freeze_agent@agent#host-3/agent%207%2F%CE%B1',
    ]);
    expect(resources({ host: 'host-3' })).toEqual([
      'quarantine_model@registry#*',
      'freeze_agent@agent#host-3/*',
    ]);
    expect(planOf('attestation_failure').actions[1]?.resource).toBe('disable_airlock@airlock');
  });

  it('leaves out the targets of a class that does not contain by itself', () => {
    const rules = policy.containment.rules;
    const watched = { auto_contain: false, actions: ['freeze_agent', 'log_alert'] };
    const rule = { ...watched, default_severity: 'medium' } as const;
    const changed = {
      ...policy,
      containment: { version: 1 as const, rules: { ...rules, watched: rule } },
    };
    const plan = planFor(changed, { class: 'watched', subject: {} });
    expect(plan).toMatchObject({ auto_contain: false, capture: { targets: [] } });
    expect(plan.actions.map(({ action }) => action)).toEqual(['log_alert']);
  });

  it('takes what a window adds, and contains then, whatever the class does by itself', () => {
    const window = policy.escalation.windows['forbidden_airlock_request'];
    if (!window) throw new Error('no window');
    const windows = {
      forbidden_airlock_request: { ...window, actions: ['disable_airlock', 'log_alert'] },
    };
    const changed = { ...policy, escalation: { ...policy.escalation, windows } };
    const { course } = planFor(changed, { class: 'forbidden_airlock_request', subject: {} })
      .escalation ?? { course: null };
    expect(course).toMatchObject({ auto_contain: true, capture: { targets: ['airlock'] } });
    expect(course?.actions.map(({ action }) => action)).toEqual(['log_alert', 'disable_airlock']);
  });

  it('releases a vault by people only, and a ledger entry not at all', () => {
    const releases = planOf('unauthorized_access').actions.map(({ action, release }) => [
      action,
      release,
    ]);
    expect(releases).toEqual([
      ['freeze_agent', 'automatic'],
      ['force_vault_relock', 'manual'],
      ['log_alert', 'none'],
    ]);
  });

  it('has the steps of a host taken by its agent, and what kills last and for ever', () => {
    const steps = ['kill_process', 'recycle_on_host', 'isolate_network', 'block_source_on_host'];
    const rule = { auto_contain: true, actions: steps, default_severity: 'high' } as const;
    const rules = { ...policy.containment.rules, on_host: rule };
    const changed = { ...policy, containment: { version: 1 as const, rules } };
    const subject = { container: 'planner', address: '203.0.113.7' };
    const { actions, capture } = planFor(changed, { class: 'on_host', subject });
    const common = { target: 'host-agent', kind: 'target', freeze: false, timeout_ms: 20_000 };
    expect(actions).toMatchObject([
      { ...common, destructive: true, release: 'none' },
      { ...common, destructive: true, release: 'none' },
      { ...common, destructive: false, release: 'automatic' },
      { ...common, destructive: false, release: 'automatic' },
    ]);
    expect(actions[0]?.resource).toBe('kill_process@host-agent#practice-host/planner');
    expect(actions[3]?.resource).toBe('block_source_on_host@host-agent#practice-host/203.0.113.7');
    expect(capture).toMatchObject({ targets: [], host_ms: 60_000 });
  });

  it('captures from each target once', () => {
    expect(planOf('attestation_failure').capture).toEqual({
      targets: ['agent', 'airlock', 'vault'],
      deadline_ms: 10_000,
      quote: true,
      on_failure: 'hold',
      host_ms: 0,
    });
  });

  it('captures from a host that is in the policy, where the report says of what on it', () => {
    const captured = (subject: Subject) =>
      planFor(policy, { class: 'tool_call_burst', subject }).capture.host_ms;
    expect(captured({ host: 'practice-host', process: '4711' })).toBe(60_000);
    expect(captured({ process: '4711' })).toBe(60_000);
    expect(captured({ host: 'practice-host' })).toBe(0);
    expect(captured({ host: 'web-1', process: '4711' })).toBe(0);
  });

  it('has the TPM of a host asked where the host must prove itself, and has one by the policy', () => {
    const quoted = (name: string, subject: Subject) =>
      planFor(policy, { class: name, subject }).capture.quote;
    expect(quoted('integrity_violation', { host: 'practice-host' })).toBe(true);
    expect(quoted('integrity_violation', { host: 'web-1' })).toBe(false);
    expect(quoted('tool_call_burst', { host: 'practice-host' })).toBe(false);
  });

  it('is not made for a class without a rule', () => {
    expect(() => planOf('nothing_known')).toThrow(RangeError);
    expect(() => planOf('constructor')).toThrow(RangeError);
  });
});

describe('a class whose playbook leaves to the severity how much is done', () => {
  const planAt = (severity: 'low' | 'medium' | 'high' | 'critical', of = policy) => {
    return planFor(of, { class: 'external_attack', severity, subject: HOST_3 });
  };
  const named = (severity: 'low' | 'medium' | 'high' | 'critical') =>
    planAt(severity).actions.map(({ action }) => action);

  it('is contained by nothing and captured from nowhere below high', () => {
    for (const severity of ['low', 'medium'] as const) {
      const { actions, capture } = planAt(severity);
      expect(actions.filter(({ kind }) => kind === 'target')).toEqual([]);
      expect([capture.targets, capture.host_ms]).toEqual([[], 0]);
    }
    expect(named('medium')).toContain('log_alert');
  });

  it('is contained from high on, and enters safe mode and alerts the backup contact at critical', () => {
    expect(planAt('high').auto_contain).toBe(true);
    expect(named('high')).not.toContain('safe_mode');
    expect(named('critical')).toEqual(
      expect.arrayContaining([...named('high'), 'safe_mode', 'alert_backup_contact']),
    );
  });

  it('is answered without what the targets of an operator do not have', () => {
    const { safe_mode: _, ...actions } = policy.targets.actions;
    const without = { ...policy, targets: { ...policy.targets, actions } };
    const names = planAt('critical', without).actions.map(({ action }) => action);
    expect(names).toContain('alert_backup_contact');
    expect(names).not.toContain('safe_mode');
  });
});
