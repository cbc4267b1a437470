import { Fault } from '../../domain/fault.ts';

/** The ledger cannot be read or written now. Whoever meets it has been promised nothing and may try again. */
export function unavailable(reason: string, cause?: unknown): Fault {
  return new Fault('ledger_unavailable', `The ledger is unavailable: ${reason}`, {
    retryable: true,
    cause,
  });
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof Fault && error.code === 'ledger_unavailable';
}
