import { S3ServiceException } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { Fault } from '../../../domain/fault.ts';

/** What the service said no with. */
const answerSchema = z.strictObject({
  status: z.int(),
  /** `AccessDenied (403)`: by its code, because its sentence may name people and keys. */
  words: z.string(),
});
type Answer = z.infer<typeof answerSchema>;

/** Too slow, too much: of now, like everything that is the service's own fault. */
const PASSING = [408, 429];

/** A refusal of S3, for good and not for now; null for everything else. */
export function answerOf(error: unknown): Answer | null {
  if (!(error instanceof S3ServiceException)) return null;
  const status = error.$metadata.httpStatusCode ?? 0;
  if (status < 400 || status >= 500 || PASSING.includes(status)) return null;
  return { status, words: `${error.name} (${status})` };
}

/** Anything that S3 answers but yes, or not at all, may pass: Fault `evidence_store_unavailable`. Our Faults go through. */
export async function reached<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw unavailable(error);
  }
}

export function unavailable(error: unknown): Fault {
  const why = error instanceof Error ? wordsOf(error) : 'it failed';
  const message = `the evidence store cannot be used: ${why}`;
  // What the service answers may repeat the signed request: as the cause, only what it comes to.
  const cause = error instanceof S3ServiceException ? answerOf(error) : error;
  return new Fault('evidence_store_unavailable', message, { retryable: true, cause });
}

/** True for a Fault that stands for a no of S3, and not for its being away. */
export function isRefusal(fault: unknown): boolean {
  return fault instanceof Fault && answerSchema.safeParse(fault.cause).success;
}

function wordsOf(error: Error): string {
  if (error instanceof S3ServiceException) {
    return `${error.name} (${error.$metadata.httpStatusCode ?? 'no status'})`;
  }
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
}
