import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { openDecisions } from '../../src/domain/open-decisions.ts';
import { DISMISS_STEP, RESOLVE_STEP } from '../../src/domain/progress.ts';
import { HAPPENS, later } from '../support/incidents.ts';
import { APPROVAL, BY_PLAYBOOK, incidentBy, step, TWO_PERSONS } from '../support/playbooks.ts';

const { inForce, resolved } = HAPPENS;
const { decided } = BY_PLAYBOOK;
const PLAYBOOK = {
  steps: [step('wipe', { approval: APPROVAL }), step('kill_all', { approval: TWO_PERSONS })],
  resolve: { persons: 2, within_ms: 10_000 },
};
const { binding } = incidentBy(PLAYBOOK);
const open = (seconds: number, ...events: IncidentEvent[]) =>
  openDecisions(incidentBy(PLAYBOOK, events), Date.parse(later(seconds)));

describe('the open decisions', () => {
  it('are those of steps that wait, overdue when their time has passed', () => {
    expect(open(0)).toMatchObject([
      { step: 'wipe', persons: 1, overdue: false, due_at: later(3_600) },
      { step: 'kill_all', persons: 2, overdue: false },
    ]);
    expect(open(3_601).map(({ overdue }) => overdue)).toEqual([true, true]);
  });

  it('are those of the resolution as soon as one of two has asked for it, with his time', () => {
    const first = decided(RESOLVE_STEP, 'ada', binding);
    expect(open(2, first).at(-1)).toMatchObject({
      ...{ step: 'resolve', persons: 2, due_at: later(11), overdue: false },
      given: [{ by: 'ada', verdict: 'approve' }],
    });
    expect(open(12, first).at(-1)?.overdue).toBe(true);
  });

  it('are those of a dismissal likewise, which is another than a resolution', () => {
    const half = [decided(RESOLVE_STEP, 'ada', binding), decided(DISMISS_STEP, 'bob', binding)];
    const openings = open(2, ...half).slice(-2);
    expect(openings.map(({ step: name, given }) => [name, given[0]?.by])).toEqual([
      ['resolve', 'ada'],
      ['dismiss', 'bob'],
    ]);
  });

  it('count nothing that one of two has said of another containment', () => {
    const said = [decided(RESOLVE_STEP, 'ada', binding), decided('kill_all', 'ada', binding)];
    expect(open(2, ...said).map(({ given }) => given.length)).toEqual([0, 1, 1]);
    expect(open(2, ...said, inForce()).map(({ given }) => given.length)).toEqual([0, 0]);
  });

  it('are none after the resolution', () => expect(open(0, resolved)).toEqual([]));
});
