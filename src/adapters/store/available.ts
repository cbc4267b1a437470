import { Fault } from '../../domain/fault.ts';
import { hasCode } from './files.ts';

/** The disk may be full, read-only or failing: whatever it is, it may pass. */
export async function available<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (cause) {
    if (!hasCode(cause)) throw cause;
    const message = `the evidence store cannot be used: ${cause.code}`;
    throw new Fault('evidence_store_unavailable', message, { retryable: true, cause });
  }
}
