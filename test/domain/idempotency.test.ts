import { describe, expect, it } from 'vitest';
import { actionRequest } from '../../src/domain/action-request.ts';
import { containmentKey, effectKey } from '../../src/domain/idempotency.ts';
import { incidentId } from '../support/admissions.ts';
import { FREEZE, furtherFreeze } from '../support/incidents.ts';

const ID = incidentId(1);
const SECOND = furtherFreeze({ host: 'host-2' });

describe('the key of an effect', () => {
  it('on the incident’s own subject is the one that it has always been', () => {
    expect(containmentKey(ID, FREEZE)).toBe(`${ID}/freeze_agent`);
    expect(effectKey(ID, FREEZE, 'apply')).toBe(`${ID}/freeze_agent/agent`);
    expect(effectKey(ID, FREEZE, 'apply', 2)).toBe(`${ID}/freeze_agent/agent/again-2`);
    expect(effectKey(ID, FREEZE, 'release')).toBe(`${ID}/freeze_agent/agent/release`);
  });

  it('on a further subject is of that subject, by whatever name its action goes', () => {
    const key = effectKey(ID, SECOND, 'apply');
    expect(key).toMatch(new RegExp(`^${ID}/freeze_agent/[0-9a-f]{16}/agent$`));
    expect(effectKey(ID, { ...SECOND, action: 'freeze_agent_7' }, 'apply')).toBe(key);
    expect(effectKey(ID, furtherFreeze({ host: 'host-3' }), 'apply')).not.toBe(key);
  });
});

describe('what a target is asked', () => {
  const facts = {
    incident_id: ID,
    class: 'prompt_injection',
    severity: 'high',
    reason: 'seen',
    subject: { host: 'host-1' },
  } as const;

  it('is the action on the incident’s own subject', () => {
    const request = actionRequest(facts, FREEZE, { effect: 'apply', timeout_ms: 5 });
    expect(request).toEqual({
      ...facts,
      action: 'freeze_agent',
      target: 'agent',
      resource: FREEZE.resource,
      containment_key: containmentKey(ID, FREEZE),
      idempotency_key: effectKey(ID, FREEZE, 'apply'),
      timeout_ms: 5,
    });
  });

  it('is the policy’s action on the further subject that is named', () => {
    const request = actionRequest(facts, SECOND, { effect: 'release', timeout_ms: 5 });
    expect(request).toMatchObject({
      action: 'freeze_agent',
      subject: { host: 'host-2' },
      resource: SECOND.resource,
      containment_key: containmentKey(ID, SECOND),
      idempotency_key: effectKey(ID, SECOND, 'release'),
    });
  });
});
