import { timingSafeEqual } from 'node:crypto';
import { fitKey, type AttestationKey } from './attestation-key.ts';
import { parseAttest, type Attest, type TpmClock } from './attest.ts';
import { checkClock } from './clock.ts';
import {
  readChallenge,
  readDocument,
  readEnrolment,
  readEvidence,
  readLastAccepted,
  readPolicy,
  type Challenge,
  type EnrolledHost,
  type QuoteEvidence,
  type QuotePolicy,
} from './document.ts';
import { checkEventLog } from './event-log.ts';
import { checkGolden, checkSelection, checkValues } from './pcrs.ts';
import { parsePublic } from './public.ts';
import { orRefuse, Refusal, refuse, type QuoteRefusal } from './refusal.ts';
import { verifySignature } from './signature.ts';

/** What an authentic quote says of its TPM, whether or not it is accepted. */
export interface Quoted {
  clock: TpmClock;
  firmware: bigint;
}

/** `quoted` is null where the refusal came before the quote was known to be the enrolled key's and fresh. */
export type QuoteVerdict =
  | { accepted: true; quoted: Quoted }
  | { accepted: false; reason: QuoteRefusal; detail: string; quoted: Quoted | null };

/**
 * Whether a host has proved by its TPM what it booted. Takes
 * `{challenge, enrolment, policy, last_accepted, evidence}` with bytes in base64, as `cordon quote verify` reads it;
 * everything but `evidence` must come from the verifier's own store. Never throws: whatever cannot be verified is
 * refused, for the first reason in the order of the steps.
 */
export function verifyQuote(input: unknown): QuoteVerdict {
  const seen: { quoted: Quoted | null } = { quoted: null };
  try {
    return { accepted: true, quoted: verify(input, seen) };
  } catch (error) {
    const { reason, message: detail } = error instanceof Refusal ? error : UNFORESEEN;
    return { accepted: false, reason, detail, quoted: seen.quoted };
  }
}

/** Such as an object that throws when it is read: what no step foresaw is refused as well. */
const UNFORESEEN = { reason: 'malformed-evidence', message: 'the input cannot be read' } as const;

function verify(input: unknown, seen: { quoted: Quoted | null }): Quoted {
  const document = orRefuse('malformed-evidence', () => readDocument(input));
  const policy = orRefuse('policy-invalid', () => readPolicy(document.get('policy')));
  const enrolment = orRefuse('policy-invalid', () => readEnrolment(document.get('enrolment')));
  const last = orRefuse('policy-invalid', () => readLastAccepted(document.get('last_accepted')));
  const evidence = orRefuse('malformed-evidence', () => readEvidence(document.get('evidence')));
  const challenge = orRefuse('nonce-unknown', () => readChallenge(document.get('challenge')));
  checkChallenge(challenge, enrolment);
  const key = enrolledKey(enrolment, evidence);
  verifySignature(evidence.signature, evidence.quote, key);
  const attest = parseAttest(evidence.quote);
  checkFreshness(attest, challenge);
  checkSigner(attest, enrolment);
  const quoted = (seen.quoted = { clock: attest.clock, firmware: attest.firmware });
  checkPcrs(attest, evidence, policy, key);
  checkFirmware(attest, enrolment);
  checkClock(attest.clock, last, {
    requireSafe: policy.requireClockSafe,
    resetCountAbove: policy.resetCountAbove,
  });
  if (policy.requireEventLog) checkEventLog(evidence, policy.selection);
  return quoted;
}

function checkChallenge(challenge: Challenge, { hostId }: EnrolledHost): void {
  if (challenge.hostId !== hostId) refuse('host-mismatch', 'another host was challenged');
  if (challenge.expired) refuse('nonce-expired', 'the challenge was answered too late');
  if (challenge.consumed) refuse('nonce-consumed', 'the challenge was answered before');
}

/** The enrolled key and no other: what the evidence brings along is compared, and never used. */
function enrolledKey(enrolment: EnrolledHost, evidence: QuoteEvidence): AttestationKey {
  const { key, name } = orRefuse('ak-not-enrolled', () => parsePublic(enrolment.akPublic));
  if (!same(name, enrolment.akName)) {
    refuse('ak-not-enrolled', 'the enrolled public area does not have the enrolled Name');
  }
  // A Name is a digest of the public area, so that the same Name means the same bytes.
  if (!same(evidence.akPublic, enrolment.akPublic)) {
    refuse('ak-not-enrolled', 'the host quotes with another key than the one that was enrolled');
  }
  return fitKey(key);
}

function checkFreshness({ extraData }: Attest, { nonce }: Challenge): void {
  if (extraData.length !== nonce.length || !timingSafeEqual(extraData, nonce)) {
    refuse('nonce-mismatch', 'the quote answers another challenge');
  }
}

/** A Qualified Name pins the hierarchy and the parents of a key (TPM 2.0 Library, part 1, 16). */
function checkSigner({ qualifiedSigner }: Attest, { akQualifiedName }: EnrolledHost): void {
  if (akQualifiedName !== null && !same(qualifiedSigner, akQualifiedName)) {
    refuse('qualified-signer-mismatch', 'the key hangs on other parents than it was enrolled with');
  }
}

function checkPcrs(
  attest: Attest,
  { pcrValues }: QuoteEvidence,
  { selection, golden }: QuotePolicy,
  { hash }: AttestationKey,
): void {
  checkSelection(attest.selections, selection);
  checkValues(pcrValues, attest, selection, hash);
  checkGolden(pcrValues, golden, selection);
}

function checkFirmware(attest: Attest, { firmware }: EnrolledHost): void {
  if (firmware !== null && attest.firmware !== firmware) {
    refuse('firmware-mismatch', `the TPM runs firmware 0x${attest.firmware.toString(16)}`);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
