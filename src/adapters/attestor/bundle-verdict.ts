import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { AttestationRefusal } from '../../domain/attestor.ts';
import { bundleHmac } from '../../domain/attestor-bundle.ts';

/** What must be true of a bundle to be believed. */
export interface BundleDemands {
  nonce: string;
  /** The 32 bytes that the attestor signs with. */
  key: Uint8Array;
  allowed: readonly ('hardware' | 'software')[];
  /** When the bundle was asked for, milliseconds since the epoch. */
  requestedAt: number;
}

export type BundleVerdict =
  { assurance: 'hardware' | 'software' } | { reason: AttestationRefusal; detail: string };

/** The fields that decide; the HMAC covers these and all others. */
const bundleSchema = z.looseObject({
  timestamp: z.iso.datetime({ offset: true }),
  state: z.string(),
  assurance_mode: z.string(),
  evidence_verified: z.boolean(),
  request_nonce: z.string(),
  bundle_hmac: z.string(),
});

/** `attested` is what deployed attestors say, `trusted` what their interface promises. */
const GOOD_STATES = ['attested', 'trusted'];

/** Judges a runtime attestor's answer. The HMAC comes first: nothing else is a fact before it. */
export function judgeBundle(bytes: Uint8Array, demands: BundleDemands): BundleVerdict {
  const parsed = bundleSchema.safeParse(parse(bytes));
  if (!parsed.success) return refuse('bad_answer', 'the answer is not an attestation bundle');
  const bundle = parsed.data;
  if (!sameText(bundle.bundle_hmac, bundleHmac(bundle, demands.key))) {
    return refuse('bad_hmac', "the bundle's HMAC is not by the configured key");
  }
  if (!sameText(bundle.request_nonce, demands.nonce)) {
    return refuse('wrong_nonce', 'the bundle answers another challenge');
  }
  if (Date.parse(bundle.timestamp) < wholeSecond(demands.requestedAt)) {
    return refuse('stale', `the bundle was made at ${bundle.timestamp}, before it was asked for`);
  }
  if (!GOOD_STATES.includes(bundle.state)) {
    return refuse('not_trusted', `the host is ${bundle.state}`);
  }
  if (!bundle.evidence_verified) {
    return refuse('not_verified', 'the attestor could not verify its evidence');
  }
  const assurance = demands.allowed.find((mode) => mode === bundle.assurance_mode);
  if (!assurance) {
    return refuse('weak_assurance', `${bundle.assurance_mode} assurance is not enough`);
  }
  return { assurance };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function refuse(reason: AttestationRefusal, detail: string): BundleVerdict {
  return { reason, detail };
}

function sameText(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** RFC 3339 stamps may leave out the fraction of the second. */
function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}
