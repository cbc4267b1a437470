import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { awaited } from '../../workflows/operator-view.ts';
import { HAPPENS, incidentAfter, LATCHED } from '../support/incidents.ts';
import { BY_PLAYBOOK, incidentBy, task } from '../support/playbooks.ts';

const { acknowledged, attested, contained, inForce, resolved } = HAPPENS;
const { done, reviewed } = BY_PLAYBOOK;
const PLAYBOOK = {
  tasks: [task('look'), task('rotate', { role: 'recovery_admin' })],
  review: { signed: true, asks: [] },
};
const PROVEN = [inForce(), contained, acknowledged, attested(true)];
const says = (...events: IncidentEvent[]) => awaited(incidentBy(PLAYBOOK, events, LATCHED));

describe('what operators are told is awaited', () => {
  it('is also what the playbook leaves to people', () => {
    const tasks =
      'the task look, from an operator and the task rotate, from a recovery administrator';
    expect(says(...PROVEN)).toBe(tasks);
    expect(says(inForce(), contained)).toBe(
      `acknowledgement, from an operator; then re-attestation of the host, asked for by a recovery admin; then ${tasks}`,
    );
  });

  it('is the resolution when all of that is done', () => {
    expect(says(...PROVEN, done('look'), done('rotate'))).toBe('resolution, from an operator');
  });

  it('is the signature and then the closing after that', () => {
    expect(says(...PROVEN, resolved)).toBe(
      'the signed review, from an operator other than bob; then the review, from an operator',
    );
    expect(says(...PROVEN, resolved, reviewed('ada'))).toBe('the review, from an operator');
    expect(awaited(incidentAfter({}, resolved))).toBe('nothing; it is resolved');
  });
});
