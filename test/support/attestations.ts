import { NOTHING_PROVED } from '../../activities/attestation.ts';
import type { Attestation } from '../../src/domain/events.ts';

/** A host that was believed by the word of its own attestor, without an expiry. */
export const CLAIMED: Attestation = {
  ...NOTHING_PROVED,
  accepted: true,
  reason: 'ok',
  detail: '',
  host: 'host-3',
  proof: 'attestor_claim',
  assurance: 'software',
  attestor: 'range',
};

/** One that was not believed. */
export const REFUSED: Attestation = {
  ...NOTHING_PROVED,
  reason: 'not_trusted',
  detail: '',
  host: 'host-3',
};
