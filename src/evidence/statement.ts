import { z } from 'zod';
import type { DsseEnvelope } from '../domain/dsse.ts';
import { sha256Schema } from '../domain/primitives.ts';
import { canonicalJson } from './canonical.ts';
import { type DsseRefusal, signEnvelope, verifyEnvelope } from './dsse.ts';
import type { PublicKey, SigningKey } from './signing-key.ts';

/** The DSSE payload type that in-toto registers for its statements. */
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json';
const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';

const subjectSchema = z.strictObject({
  name: z.string(),
  digest: z.strictObject({ sha256: sha256Schema }),
});

/** An in-toto Statement v1 about one thing or several, which their SHA-256 identify. */
const statementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.tuple([subjectSchema], subjectSchema),
  predicateType: z.string().min(1),
  predicate: z.looseObject({}),
});
export type Statement = z.infer<typeof statementSchema>;

export type StatementVerdict =
  { valid: true; statement: Statement } | { valid: false; reason: DsseRefusal; detail: string };

/** What a statement is about: bytes by their digest, under a name that tells them apart within it. */
export interface Named {
  name: string;
  sha256: string;
}

export function buildStatement(
  subjects: readonly [Named, ...Named[]],
  predicateType: string,
  predicate: Record<string, unknown>,
): Statement {
  const [first, ...others] = subjects;
  return {
    _type: STATEMENT_TYPE,
    subject: [subjectOf(first), ...others.map(subjectOf)],
    predicateType,
    predicate,
  };
}

function subjectOf({ name, sha256 }: Named): Statement['subject'][0] {
  return { name, digest: { sha256 } };
}

export function signStatement(statement: Statement, key: SigningKey): DsseEnvelope {
  return signEnvelope(STATEMENT_MEDIA_TYPE, statementBytes(statement), key);
}

/** The bytes that are signed: canonical JSON. */
export function statementBytes(statement: Statement): Uint8Array {
  return Buffer.from(canonicalJson(statement));
}

/** Verifies the signature, then that it is over a statement of that predicate. Never throws. */
export function verifyStatement(
  envelope: unknown,
  predicateType: string,
  key: PublicKey,
): StatementVerdict {
  const verdict = verifyEnvelope(envelope, STATEMENT_MEDIA_TYPE, key);
  if (!verdict.valid) return verdict;
  const parsed = statementSchema.safeParse(parseJson(verdict.payload));
  if (!parsed.success) return refuse('malformed', 'the payload is not an in-toto statement');
  if (parsed.data.predicateType === predicateType) return { valid: true, statement: parsed.data };
  return refuse('wrong_type', `a statement of ${parsed.data.predicateType}, not ${predicateType}`);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function refuse(reason: DsseRefusal, detail: string): StatementVerdict {
  return { valid: false, reason, detail };
}
