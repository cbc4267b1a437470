import { describe, expect, it } from 'vitest';
import { incidentEventSchema, type IncidentEvent } from '../../src/domain/events.ts';
import { incidentRecordSchema } from '../../src/domain/incident-record.ts';
import { AIRLOCK, FREEZE, HAPPENS, incidentAfter, later, LATCHED } from '../support/incidents.ts';
import { CAPTURED } from '../support/captures.ts';

const { acknowledged, attested, closed, contained, escalated, inForce, fails, resolved, released } =
  HAPPENS;
const CONTAINED = [inForce(), contained];

describe('an incident', () => {
  it('opens with everything planned and nothing done', () => {
    const incident = incidentAfter(LATCHED);
    expect(incident).toMatchObject({
      state: 'open',
      severity: 'critical',
      latched: true,
      containment_actions: [{ ...step(), status: 'planned', attempts: 0, at: '' }],
    });
    expect(incident.binding).toMatch(/^[0-9a-f]{64}$/);
  });

  it('counts the attempts at an action and keeps the last measurement', () => {
    const incident = incidentAfter({}, fails(), fails(), inForce());
    expect(incident.containment_actions).toMatchObject([
      { status: 'contained', attempts: 3, at: later(3) },
    ]);
  });

  it('keeps to itself what is measured of an action that it does not have', () => {
    const incident = incidentAfter({}, inForce(AIRLOCK));
    expect(incident.containment_actions).toMatchObject([{ status: 'planned' }]);
  });

  it('is contained, or has failed to be, as it is told', () => {
    expect(incidentAfter({}, ...CONTAINED)).toMatchObject({
      state: 'contained',
      contained_at: later(2),
    });
    expect(incidentAfter({}, fails(), HAPPENS.containmentFailed)).toMatchObject({
      state: 'containment_failed',
      contained_at: '',
    });
  });

  it('gathers artifacts and gaps', () => {
    const artifact = { collector: 'a', sha256: 'c'.repeat(64), size: 1, media_type: 'text/plain' };
    const captured: IncidentEvent = {
      type: 'captured',
      artifacts: [artifact],
      gaps: [],
      reset_count: null,
      receipt: null,
    };
    const gap = { collector: 'b', reason: 'late' };
    const late: IncidentEvent = {
      type: 'captured',
      artifacts: [],
      gaps: [gap],
      reset_count: null,
      receipt: null,
    };
    expect(incidentAfter({}, captured, late)).toMatchObject({
      artifacts: [{ collector: 'a' }],
      gaps: [{ collector: 'b' }],
    });
  });

  it('has evidence to rely on once a capture did not fall short', () => {
    const short: IncidentEvent = { type: 'captured', ...CAPTURED, short_of: ['memory'] };
    const whole: IncidentEvent = { type: 'captured', ...CAPTURED };
    expect(incidentAfter({}, short).evidence_receipt).toBeNull();
    expect(incidentAfter({}, short, whole).evidence_receipt).toEqual(CAPTURED.receipt);
    expect(incidentAfter({}, whole, short).evidence_receipt).toEqual(CAPTURED.receipt);
  });

  it('has no evidence of its own in what was had of a further subject', () => {
    const of: IncidentEvent = { type: 'captured', ...CAPTURED, of: { host: 'host-2' } };
    expect(incidentAfter({}, of).evidence_receipt).toBeNull();
    expect(incidentAfter({}, of).artifacts).toEqual(CAPTURED.artifacts);
  });

  it('shows on whom an action is taken, where it is not its own subject', () => {
    const { containment_actions } = incidentAfter({}, HAPPENS.widened({ host: 'host-2' }));
    expect(containment_actions.map(({ action, on }) => [action, on])).toEqual([
      ['freeze_agent', undefined],
      ['freeze_agent_2', { action: 'freeze_agent', subject: { host: 'host-2' } }],
    ]);
  });

  it('stays contained when it is acknowledged, where that is required', () => {
    const incident = incidentAfter(LATCHED, ...CONTAINED, acknowledged);
    expect(incident).toMatchObject({ state: 'contained', acked_by: 'ada', acked_at: later(3) });
  });

  it('is acknowledged where that is free', () => {
    expect(incidentAfter({}, ...CONTAINED, acknowledged).state).toBe('acknowledged');
  });

  it('remembers the last attestation, and why a host was not believed', () => {
    const believed = incidentAfter(LATCHED, ...CONTAINED, attested(false), attested(true));
    expect(believed).toMatchObject({ re_attested_at: later(4), attestation_refused: '' });
    const doubted = incidentAfter(LATCHED, ...CONTAINED, attested(true), attested(false));
    expect(doubted).toMatchObject({ re_attested_at: '', attestation_refused: 'not_trusted' });
  });

  it('names each breached stage once', () => {
    const { breached } = HAPPENS;
    const told = [breached('contain'), breached('acknowledge'), breached('contain')];
    expect(incidentAfter({}, ...told).sla_breaches).toEqual(['contain', 'acknowledge']);
  });

  it('is acknowledged by whoever resolves it, unless somebody has before', () => {
    expect(incidentAfter({}, ...CONTAINED, resolved)).toMatchObject({
      state: 'resolved',
      acked_by: 'bob',
      resolved_by: 'bob',
    });
    expect(incidentAfter({}, ...CONTAINED, acknowledged, resolved).acked_by).toBe('ada');
  });

  it('shows what was released, keeps its proofs then, and is closed by a person', () => {
    const incident = incidentAfter(
      LATCHED,
      ...CONTAINED,
      acknowledged,
      attested(true),
      resolved,
      released('released'),
      closed,
    );
    expect(incident).toMatchObject({
      state: 'closed',
      closed_by: 'cleo',
      acked_at: later(3),
      re_attested_at: later(4),
      released_at: later(6),
      containment_actions: [{ status: 'released' }],
    });
  });

  it.each([
    ['reflex', { action: 'freeze_agent', target: 'agent', applied: true, detail: '', took_ms: 3 }],
    ['alert', { message: 'look here' }],
  ])('is not changed by the observation %s', (type, rest) => {
    const before = incidentAfter({}, ...CONTAINED);
    const event = incidentEventSchema.parse({ type, ...rest });
    expect({ ...incidentAfter({}, ...CONTAINED, event), updated_at: before.updated_at }).toEqual(
      before,
    );
  });

  it('is of the form that the API shows, whatever has happened', () => {
    const events = [...CONTAINED, acknowledged, attested(false), escalated(LATCHED), resolved];
    for (let i = 0; i <= events.length; i += 1) {
      const incident = incidentAfter({}, ...events.slice(0, i));
      expect(incidentRecordSchema.parse(incident)).toEqual(incident);
    }
  });
});

describe('what was acknowledged and attested', () => {
  const proven = [...CONTAINED, acknowledged, attested(true)];
  const VOID = { acked_at: '', acked_by: '', re_attested_at: '' };

  it('holds while the containment is as it was', () => {
    expect(incidentAfter(LATCHED, ...proven, inForce())).toMatchObject({ acked_by: 'ada' });
  });

  it('is void when an action is no longer in force', () => {
    expect(incidentAfter(LATCHED, ...proven, fails())).toMatchObject(VOID);
  });

  it('is void when the incident escalates', () => {
    const course = { ...LATCHED, severity: 'critical' as const };
    const incident = incidentAfter({}, ...CONTAINED, acknowledged, escalated(course));
    expect(incident).toMatchObject({ ...VOID, state: 'contained', require_ack: true });
  });

  it('may be given again after the escalation', () => {
    const incident = incidentAfter({}, ...CONTAINED, escalated(LATCHED), acknowledged);
    expect(incident).toMatchObject({ acked_by: 'ada', severity: 'critical' });
  });
});

describe('an escalation', () => {
  it('adds the actions that are new, which are not contained yet', () => {
    const course = { ...LATCHED, actions: [FREEZE, AIRLOCK] };
    const incident = incidentAfter({}, ...CONTAINED, escalated(course));
    expect(incident).toMatchObject({
      state: 'open',
      escalated_at: later(3),
      containment_actions: [
        { action: 'freeze_agent', status: 'contained' },
        { action: 'disable_airlock', status: 'planned' },
      ],
    });
  });
});

function step() {
  const { action, target, resource } = FREEZE;
  return { action, target, resource };
}
