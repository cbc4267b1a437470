import { describe, expect, it } from 'vitest';
import { eventSentence } from '../../../src/cli/text/event-sentence.ts';
import { touched } from '../../../src/domain/custody.ts';
import type { Attestation } from '../../../src/domain/events.ts';
import { CLAIMED, REFUSED } from '../../support/attestations.ts';
import { ada } from '../../support/keeping.ts';

const ARTIFACT = { collector: 'agent', sha256: 'a'.repeat(64), size: 1, media_type: 'text/plain' };
const GAP = { collector: 'tpm', reason: 'agent_timeout' };

const attested = (attestation: Attestation) =>
  eventSentence({ type: 'attestation', by: 'ada', ...attestation, binding: 'b'.repeat(64) });

describe('the sentence of an attestation', () => {
  const QUOTED: Attestation = {
    ...CLAIMED,
    proof: 'tpm_quote',
    assurance: 'hardware',
    trust: 'ek-certificate',
    baseline: 'spring',
  };

  it('says by what the host was believed, and who asked', () => {
    expect(attested(QUOTED)).toBe(
      'accepted, by a TPM quote (hardware assurance, key certified by its TPM, baseline spring), asked for by ada',
    );
  });

  it('says why it was refused, with what was found where something was', () => {
    expect(attested(REFUSED)).toBe('refused: not_trusted');
    const drifted = { ...REFUSED, reason: 'pcr-policy-mismatch', detail: 'PCR 7 of sha256' };
    expect(attested(drifted)).toBe('refused: pcr-policy-mismatch (PCR 7 of sha256)');
  });

  it.each([
    ['accepted', QUOTED],
    ['refused', REFUSED],
  ])('ends with what the attestor says beside the verdict, where %s', (verdict, attestation) => {
    const sentence = attested({ ...attestation, attestor_says: 'failed' });
    expect(sentence).toMatch(new RegExp(`^${verdict}.*; its own attestor says failed$`));
  });
});

describe('the sentence of a capture', () => {
  const captured = (artifacts: number, reset_count: number | null, gaps = [GAP]) =>
    eventSentence({
      type: 'captured',
      artifacts: Array.from({ length: artifacts }, () => ARTIFACT),
      gaps,
      reset_count,
      receipt: null,
    });

  it.each([
    [captured(1, null, []), '1 artifact kept'],
    [captured(2, 0, []), '2 artifacts kept, the TPM was quoted'],
    [captured(1, 1_884_451_973, []), '1 artifact kept, the TPM was quoted'],
    [captured(0, null), '0 artifacts kept, missing: tpm (agent_timeout)'],
    [captured(1, 7), '1 artifact kept, the TPM was quoted, missing: tpm (agent_timeout)'],
  ])('%s', (sentence, expected) => {
    expect(sentence).toBe(expected);
  });
});

describe('the sentence of', () => {
  it('a proof that expired says what it means for the host', () => {
    const sentence = eventSentence({
      type: 'attestation_expired',
      expired_at: '2026-03-14T12:05:00.000Z',
    });
    expect(sentence).toBe('the proof was not used in time: the host must prove itself again');
  });

  it('a time stamp says when the manifest was there, and by whose word', () => {
    const token = { sha256: 'b'.repeat(64), size: 900, media_type: 'application/timestamp-reply' };
    const time = { time: '2026-03-14T12:00:05.000Z', authority: 'O=Test, CN=tsa' };
    const sentence = eventSentence({
      ...{ type: 'timestamped', manifest: 'a'.repeat(64), token, ...time },
    });
    expect(sentence).toBe(
      'manifest aaaaaaaaaaaa… was there at 2026-03-14T12:00:05.000Z, says O=Test, CN=tsa',
    );
  });

  it('an echo says whose it is, and that it was asked for', () => {
    const sentence = eventSentence({
      type: 'echoed',
      class: 'attestation_failure',
      source: 'runtime-attestor',
      reported_by: 'attestor-1',
      description: 'the bundle is degraded',
      evidence: {},
      occurred_at: '2026-03-14T12:00:00.000Z',
    });
    expect(sentence).toBe(
      'runtime-attestor reports the same, because it was asked: the bundle is degraded',
    );
  });
});

describe('the sentence of what destroys evidence', () => {
  it.each([
    ['hold', 'wipe, unmount held until evidence is kept: the disk is full'],
    ['proceed', 'wipe, unmount taken without evidence: the disk is full'],
  ] as const)('where policy says to %s', (decision, expected) => {
    const actions = ['wipe', 'unmount'];
    const reason = 'the disk is full';
    expect(eventSentence({ type: 'evidence_gate', decision, actions, reason })).toBe(expected);
  });
});

describe('the sentence of a touch of evidence', () => {
  const object = { sha256: 'a'.repeat(64), size: 1, until: '', tombstone: null };
  const record = touched('read', ada('the court asks'), []);

  it('says what was done to how much, by whom and why', () => {
    const sentence = eventSentence({ type: 'custody', ...record, what: [object] });
    expect(sentence).toBe('1 object read, by ada: the court asks');
  });

  it('says until when, where that was decided', () => {
    const until = '2027-01-01T00:00:00.000Z';
    const extended = { ...touched('extension', ada('the court asks'), [object, object]), until };
    expect(eventSentence({ type: 'custody', ...extended })).toBe(
      '2 objects to be kept longer, until 2027-01-01T00:00:00.000Z, by ada: the court asks',
    );
  });
});
