import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { wideningSchema } from '../../src/domain/events.ts';
import { planFor } from '../../src/domain/plan-for.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { wideningFor } from '../../src/domain/widen.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';

let policy: Policy;
beforeAll(async () => {
  policy = await loadPolicy({ containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml') });
});

const FIRST = { host: 'host-3', agent: 'agent-7' };
const SECOND = { host: 'host-3', agent: 'agent-8' };
const THIRD = { host: 'host-3', agent: 'agent-9' };
const about = (subject: object, incidentClass = 'unauthorized_access') =>
  ({ class: incidentClass, severity: 'critical', subject }) as const;
const planned = (subject: object, incidentClass?: string) =>
  planFor(policy, about(subject, incidentClass)).actions;
const named = (actions: readonly { action: string }[]) => actions.map(({ action }) => action);

describe('what is done about a further subject', () => {
  it('is what the class does, on that subject, under names of their own', () => {
    const widening = wideningFor(policy, about(SECOND), planned(FIRST));
    const [freeze] = planned(SECOND);
    expect(widening).toEqual({
      subject: SECOND,
      actions: [
        { ...freeze, action: 'freeze_agent_2', on: { action: 'freeze_agent', subject: SECOND } },
      ],
    });
    expect(wideningSchema.parse(widening)).toEqual(widening);
  });

  it('leaves out what the incident holds already, and what the ledger carries out', () => {
    const all = named(planned(FIRST));
    expect(all).toEqual(['freeze_agent', 'force_vault_relock', 'log_alert']);
    expect(wideningFor(policy, about(FIRST), planned(FIRST)).actions).toEqual([]);
    expect(named(wideningFor(policy, about(SECOND), []).actions)).toEqual([
      'freeze_agent_2',
      'force_vault_relock_2',
    ]);
  });

  it('takes the next number that is free', () => {
    const second = wideningFor(policy, about(SECOND), planned(FIRST)).actions;
    const third = wideningFor(policy, about(THIRD), [...planned(FIRST), ...second]);
    expect(named(third.actions)).toEqual(['freeze_agent_3']);
    const between = [{ action: 'freeze_agent_3', resource: 'another' }, ...planned(FIRST)];
    expect(named(wideningFor(policy, about(THIRD), between).actions)).toEqual(['freeze_agent_2']);
  });

  it('takes no name that the policy has for an action of its own', () => {
    const { freeze_agent } = policy.targets.actions;
    if (freeze_agent === undefined) throw new Error('the shipped policy freezes agents');
    const actions = { ...policy.targets.actions, freeze_agent_2: freeze_agent };
    const changed = { ...policy, targets: { ...policy.targets, actions } };
    const widening = wideningFor(changed, about(SECOND), planned(FIRST));
    expect(named(widening.actions)).toEqual(['freeze_agent_3']);
  });

  it('is nothing where the class does nothing', () => {
    const incidentClass = 'forbidden_airlock_request';
    expect(wideningFor(policy, about(SECOND, incidentClass), []).actions).toEqual([]);
  });
});
