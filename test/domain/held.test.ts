import { describe, expect, it } from 'vitest';
import { recoveryComplete } from '../../src/domain/ceremony.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Order } from '../../src/domain/messages.ts';
import { refusalOfOrder } from '../../src/domain/orders.ts';
import { isContaining, runningClocks } from '../../src/domain/sla.ts';
import { COURSE, FREEZE, incidentAfter } from '../support/incidents.ts';

const WIPE = { ...FREEZE, action: 'wipe', resource: 'wipe@host#a', destructive: true };
const PLAN = { ...COURSE, actions: [FREEZE, WIPE] };
const DUE = '2026-01-02T04:00:00.000Z';
const HELD: IncidentEvent = {
  ...{ type: 'breaker_held', actions: ['wipe'], reason: 'too many' },
  decide_by: DUE,
};
const FROZEN: IncidentEvent = {
  type: 'action',
  result: {
    action: 'freeze_agent',
    target: 'agent',
    status: 'contained',
    reason: 'ok',
    detail: '',
  },
};
const decided = (verdict: 'approve' | 'decline'): IncidentEvent => ({
  ...{ type: 'decided', by: 'ada', claim: '', note: '', step: 'breaker', verdict },
  binding: 'b'.repeat(64),
});
const order = (by = 'ada'): Order => ({
  ...{ order: 'decide', step: 'breaker', verdict: 'approve', by, claim: '', note: '' },
});

describe('what the breaker holds', () => {
  it('is decided by then, and the incident cannot be resolved before', () => {
    const incident = incidentAfter(PLAN, FROZEN, HELD);
    expect(runningClocks(incident)).toEqual([{ stage: 'decide/breaker', dueMs: Date.parse(DUE) }]);
    expect(isContaining(incident)).toBe(true);
    expect(recoveryComplete(incident)).toBe(false);
    expect(refusalOfOrder(incident, order(), 0)).toBeNull();
  });

  it('is still to be done once somebody has approved it, on no clock', () => {
    const incident = incidentAfter(PLAN, FROZEN, HELD, decided('approve'));
    expect(incident.breaker?.held).toMatchObject([{ state: 'approved', decided_by: 'ada' }]);
    expect(runningClocks(incident)).toEqual([]);
    expect(isContaining(incident)).toBe(true);
  });

  it('is left undone and says so once somebody has declined it', () => {
    const incident = incidentAfter(PLAN, FROZEN, HELD, decided('decline'));
    const wipe = incident.containment_actions.find(({ action }) => action === 'wipe');
    expect(wipe).toMatchObject({
      status: 'planned',
      reason: 'declined',
      detail: 'ada has declined it',
    });
    expect(isContaining(incident)).toBe(false);
    expect(recoveryComplete(incident)).toBe(true);
  });

  it.each([
    ['nothing was held', incidentAfter(PLAN, FROZEN), order(), 'unknown_step'],
    ['it was decided', incidentAfter(PLAN, HELD, decided('decline')), order(), 'already_decided'],
    ['nobody says who decides', incidentAfter(PLAN, HELD), order(''), 'unauthenticated'],
  ])('is not decided where %s', (_where, incident, given, code) => {
    expect(refusalOfOrder(incident, given, 0)?.code).toBe(code);
  });

  it('is not decided by whom the incident is about', () => {
    const incident = { ...incidentAfter(PLAN, HELD), subject: { operator: 'mallory' } };
    expect(refusalOfOrder(incident, order('mallory'), 0)?.code).toBe('about_oneself');
  });
});
