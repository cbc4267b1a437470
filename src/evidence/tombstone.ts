import { type Tombstone, tombstoneSchema } from '../domain/tombstone.ts';
import { canonicalLine, parseCanonicalLine } from './canonical.ts';
import type { DsseRefusal } from './dsse.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';
import { buildStatement, signStatement, verifyStatement } from './statement.ts';

export const TOMBSTONE_MEDIA_TYPE = 'application/vnd.dsse+json';
const PREDICATE_TYPE = 'urn:cordon:evidence-tombstone:v1';

export type TombstoneVerdict =
  { valid: true; tombstone: Tombstone } | { valid: false; reason: DsseRefusal; detail: string };

/** A signed tombstone as it is kept: an in-toto statement about the object, in a DSSE envelope in canonical JSON. */
export function signTombstone(tombstone: Tombstone, key: SigningKey): Uint8Array {
  const subject = { name: `evidence/${tombstone.sha256}`, sha256: tombstone.sha256 };
  const predicate = tombstoneSchema.parse(tombstone);
  return canonicalLine(signStatement(buildStatement([subject], PREDICATE_TYPE, predicate), key));
}

/** Verifies the signature, and that the tombstone is of that object. Never throws. */
export function verifyTombstone(
  bytes: Uint8Array,
  sha256: string,
  key: PublicKey,
): TombstoneVerdict {
  const verdict = verifyStatement(parseCanonicalLine(bytes), PREDICATE_TYPE, key);
  if (!verdict.valid) return verdict;
  const { predicate, subject } = verdict.statement;
  const [object, ...others] = subject;
  const parsed = tombstoneSchema.safeParse(predicate);
  if (!parsed.success || object.digest.sha256 !== parsed.data.sha256 || others.length > 0) {
    return refuse('the statement is not of a tombstone');
  }
  if (parsed.data.sha256 !== sha256) return refuse('it is the tombstone of another object');
  return { valid: true, tombstone: parsed.data };
}

function refuse(detail: string): TombstoneVerdict {
  return { valid: false, reason: 'malformed', detail };
}
