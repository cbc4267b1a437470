import type { Call } from './route.ts';
import { refuse } from './refuse.ts';

const LONGEST = 4096;

/** For the description of each route that heeds it. */
export const REASON = {
  'Cordon-Reason': 'Why, for the custody record: UTF-8, percent-encoded (RFC 3986, 2.1)',
} as const;

/** Why the caller asks; '' where it is not said. Throws `invalid_request`. */
export function reasonIn({ header }: Pick<Call<unknown, unknown>, 'header'>): string {
  const reason = decoded(header('cordon-reason') ?? '').trim();
  if (reason.length <= LONGEST) return reason;
  return refuse('invalid_request', `Cordon-Reason is longer than ${LONGEST} characters`);
}

/** Throws `reason_required` where there is none. */
export function requireReason(call: Pick<Call<unknown, unknown>, 'header'>): string {
  const reason = reasonIn(call);
  return reason === '' ? refuse('reason_required', 'Say why in the header Cordon-Reason') : reason;
}

function decoded(header: string): string {
  try {
    return decodeURIComponent(header);
  } catch {
    return refuse('invalid_request', 'Cordon-Reason is not well percent-encoded');
  }
}
