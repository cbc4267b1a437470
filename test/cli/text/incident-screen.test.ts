import { describe, expect, it } from 'vitest';
import { incidentScreen } from '../../../src/cli/text/incident-screen.ts';
import type { Attestation, IncidentEvent } from '../../../src/domain/events.ts';
import { CLAIMED } from '../../support/attestations.ts';
import { CAPTURED } from '../../support/captures.ts';
import { HAPPENS, incidentAfter, LATCHED } from '../../support/incidents.ts';

const { acknowledged, attested, contained, inForce } = HAPPENS;

const believed = (attestation: Partial<Attestation>): IncidentEvent => ({
  type: 'attestation',
  by: 'ada',
  ...CLAIMED,
  ...attestation,
  binding: 'b'.repeat(64),
});

/** The row of the screen that says whether the host has proved itself; undefined where none does. */
function reattested(...events: IncidentEvent[]): string | undefined {
  const incident = incidentAfter(LATCHED, inForce(), contained, acknowledged, ...events);
  const screen = incidentScreen(incident, [], 0, (_style, text) => text);
  return /^ *Re-attested +(.*)$/m.exec(screen)?.[1];
}

describe('the screen of an incident', () => {
  it('names the signed manifest of its evidence, and says where something was destroyed without', () => {
    const screen = (event: IncidentEvent) =>
      incidentScreen(incidentAfter({}, event), [], 0, (_style, text) => text);
    expect(screen({ type: 'captured', ...CAPTURED })).toMatch(
      /^ *manifest +b{16} +signed +time: local only$/m,
    );
    const decided = { decision: 'proceed' as const, actions: ['wipe'], reason: 'the disk is full' };
    expect(screen({ type: 'evidence_gate', ...decided })).toMatch(
      /^ *waived +destroyed without +the disk is full$/m,
    );
  });

  it('says by what the host was believed, and what that is worth', () => {
    const quote = { proof: 'tpm_quote', assurance: 'hardware', baseline: 'spring' } as const;
    expect(reattested(believed({ ...quote, trust: 'ek-certificate' }))).toMatch(
      /^\d{4}-\S+ \S+Z, by a TPM quote \(hardware assurance, key certified by its TPM, baseline spring\)$/,
    );
  });

  it('calls the word of an attestor what it is', () => {
    expect(reattested(believed({}))).toMatch(/claim, which is no proof \(software assurance\)$/);
  });

  it('says that the host is not believed, and why it was refused', () => {
    expect(reattested(attested(false))).toBe('not yet (last refused: not_trusted)');
    expect(reattested(believed({}), attested(false))).toBe('not yet (last refused: not_trusted)');
  });

  it('says no more of a proof that has expired', () => {
    const expired = {
      type: 'attestation_expired',
      expired_at: '2026-03-14T12:05:00.000Z',
    } as const;
    expect(reattested(believed({ proof: 'tpm_quote' }), expired)).toBe(
      'not yet (last refused: expired)',
    );
  });

  it('says nothing of a host that was not asked', () => {
    expect(reattested()).toBeUndefined();
  });
});
