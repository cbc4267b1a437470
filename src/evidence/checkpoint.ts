import { type Checkpoint, checkpointSchema } from '../domain/checkpoint.ts';
import { canonicalLine, parseCanonicalLine } from './canonical.ts';
import type { DsseRefusal } from './dsse.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';
import { buildStatement, signStatement, verifyStatement } from './statement.ts';

export const CHECKPOINT_MEDIA_TYPE = 'application/vnd.dsse+json';
const PREDICATE_TYPE = 'urn:cordon:ledger-checkpoint:v1';

export type CheckpointVerdict =
  { valid: true; checkpoint: Checkpoint } | { valid: false; reason: DsseRefusal; detail: string };

/** A signed checkpoint as it is kept: a DSSE envelope in canonical JSON. */
export function signCheckpoint(checkpoint: Checkpoint, key: SigningKey): Uint8Array {
  const subject = { name: `ledger/${checkpoint.seq}`, sha256: checkpoint.hash };
  return canonicalLine(signStatement(buildStatement([subject], PREDICATE_TYPE, checkpoint), key));
}

/** Verifies the signature and reads the checkpoint. Never throws. */
export function verifyCheckpoint(bytes: Uint8Array, key: PublicKey): CheckpointVerdict {
  const verdict = verifyStatement(parseCanonicalLine(bytes), PREDICATE_TYPE, key);
  if (!verdict.valid) return verdict;
  const { predicate, subject } = verdict.statement;
  const [head, ...others] = subject;
  const parsed = checkpointSchema.safeParse(predicate);
  if (!parsed.success || head.digest.sha256 !== parsed.data.hash || others.length > 0) {
    return { valid: false, reason: 'malformed', detail: 'the statement is not of a checkpoint' };
  }
  return { valid: true, checkpoint: parsed.data };
}
