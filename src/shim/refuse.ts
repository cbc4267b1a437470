import { Fault } from '../domain/fault.ts';
import type { KnownCode } from './status.ts';

/** Ends the call with one of the API's own codes: the caller has to change something. */
export function refuse(code: KnownCode, message: string): never {
  throw new Fault(code, message, { retryable: false });
}

/** Ends the call with a code that says: later. */
export function unavailable(code: KnownCode, message: string): never {
  throw new Fault(code, message, { retryable: true });
}
