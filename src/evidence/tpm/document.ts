import {
  goldenProblem,
  selectionProblem,
  type PcrBank,
  type PcrSelection,
  type PcrValues,
} from '../../domain/pcr-policy.ts';
import { bankOf } from './algorithms.ts';
import type { TpmClock } from './attest.ts';
import {
  base64,
  counter,
  digest,
  entriesOf,
  list,
  members,
  text,
  u64,
  yesOrNo,
  type Members,
} from './members.ts';
import { Malformed } from './reader.ts';

const NONCE_BYTES = 32;
/** An algorithm and a digest of SHA-1, SHA-256, SHA-384 or SHA-512. */
const NAME_BYTES = [22, 34, 50, 66];
const MOST_PUBLIC_BYTES = 2_048;
const MOST_QUOTE_BYTES = 4_096;
const MOST_SIGNATURE_BYTES = 2_048;
const MOST_EVENT_LOG_BYTES = 1024 * 1024;

/** What the verifier asked, from its own store. */
export interface Challenge {
  nonce: Uint8Array;
  hostId: string;
  expired: boolean;
  consumed: boolean;
}

/** Under which key the host was enrolled; null for what was not recorded. */
export interface EnrolledHost {
  hostId: string;
  akPublic: Uint8Array;
  akName: Uint8Array;
  akQualifiedName: Uint8Array | null;
  firmware: bigint | null;
}

export interface QuotePolicy {
  selection: PcrSelection[];
  golden: PcrValues;
  requireClockSafe: boolean;
  resetCountAbove: number | null;
  requireEventLog: boolean;
}

/** What the host sent. None of it is a fact before it has been verified. */
export interface QuoteEvidence {
  quote: Uint8Array;
  signature: Uint8Array;
  pcrValues: PcrValues;
  akPublic: Uint8Array;
  eventLog: Uint8Array | null;
}

/** Each of these throws `Malformed`. */
export function readDocument(input: unknown): Members {
  return members(input, ['challenge', 'enrolment', 'policy', 'last_accepted', 'evidence']);
}

export function readPolicy(value: unknown): QuotePolicy {
  const required = ['pcr_selection', 'golden_pcrs', 'require_clock_safe'];
  const policy = members(value, required, ['require_reset_count_above', 'require_event_log']);
  const selection = list(policy.get('pcr_selection')).map(readSelection);
  const golden = readPcrs(policy.get('golden_pcrs'));
  const problem = selectionProblem(selection) ?? goldenProblem(selection, golden);
  if (problem !== null) throw new Malformed(problem);
  const above = policy.get('require_reset_count_above');
  const log = policy.get('require_event_log');
  return {
    selection,
    golden,
    requireClockSafe: yesOrNo(policy.get('require_clock_safe')),
    resetCountAbove: above === undefined ? null : counter(above),
    requireEventLog: log === undefined ? false : yesOrNo(log),
  };
}

export function readEnrolment(value: unknown): EnrolledHost {
  const required = ['host_id', 'ak_public', 'ak_name', 'ak_qualified_name', 'firmware_version'];
  const enrolment = members(value, required);
  const qualified = enrolment.get('ak_qualified_name');
  const firmware = enrolment.get('firmware_version');
  return {
    hostId: text(enrolment.get('host_id')),
    akPublic: base64(enrolment.get('ak_public'), MOST_PUBLIC_BYTES),
    akName: digest(enrolment.get('ak_name'), NAME_BYTES),
    akQualifiedName: qualified === null ? null : digest(qualified, NAME_BYTES),
    firmware: firmware === null ? null : u64(firmware, 'hexadecimal'),
  };
}

/** Null before the first quote was accepted. */
export function readLastAccepted(value: unknown): TpmClock | null {
  if (value === null) return null;
  const last = members(value, ['clock', 'reset_count', 'restart_count', 'safe']);
  return {
    clock: u64(last.get('clock'), 'decimal'),
    reset_count: counter(last.get('reset_count')),
    restart_count: counter(last.get('restart_count')),
    safe: yesOrNo(last.get('safe')),
  };
}

export function readEvidence(value: unknown): QuoteEvidence {
  const required = ['quote', 'signature', 'pcr_values', 'ak_public'];
  const evidence = members(value, required, ['event_log']);
  return {
    quote: base64(evidence.get('quote'), MOST_QUOTE_BYTES),
    signature: base64(evidence.get('signature'), MOST_SIGNATURE_BYTES),
    pcrValues: readPcrs(evidence.get('pcr_values')),
    akPublic: base64(evidence.get('ak_public'), MOST_PUBLIC_BYTES),
    eventLog: evidence.has('event_log')
      ? base64(evidence.get('event_log'), MOST_EVENT_LOG_BYTES)
      : null,
  };
}

export function readChallenge(value: unknown): Challenge {
  const challenge = members(value, ['nonce', 'host_id', 'expired', 'consumed']);
  return {
    nonce: digest(challenge.get('nonce'), [NONCE_BYTES]),
    hostId: text(challenge.get('host_id')),
    expired: yesOrNo(challenge.get('expired')),
    consumed: yesOrNo(challenge.get('consumed')),
  };
}

function readSelection(value: unknown): PcrSelection {
  const selection = members(value, ['bank', 'pcrs']);
  // Which banks and PCRs may be selected is the policy's own check.
  return {
    bank: text(selection.get('bank')) as PcrBank,
    pcrs: list(selection.get('pcrs')).map(counter),
  };
}

/** Values by bank and index, in objects without a prototype: what is not there is not inherited either. */
function readPcrs(value: unknown): PcrValues {
  const banks: PcrValues = Object.create(null);
  for (const [bank, values] of entriesOf(value)) {
    if (bankOf(bank) === undefined) throw new Malformed(`${JSON.stringify(bank)} is not a bank`);
    banks[bank] = readValues(values);
  }
  return banks;
}

function readValues(value: unknown): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  for (const [index, hex] of entriesOf(value)) {
    if (!/^(0|[1-9]\d?)$/.test(index))
      throw new Malformed(`there is no PCR ${JSON.stringify(index)}`);
    if (!/^([0-9a-f]{2})*$/.test(text(hex)))
      throw new Malformed(`PCR ${index} is not in lower-case hex`);
    values[index] = text(hex);
  }
  return values;
}
