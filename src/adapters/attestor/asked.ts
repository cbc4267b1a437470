import { Fault } from '../../domain/fault.ts';
import type { Answer } from '../targets/endpoint.ts';

/** What the other side said, or why it will say nothing else until a person has changed something. */
export type Asked =
  | { bytes: Uint8Array }
  | {
      reason: 'unconfigured' | 'refused' | 'bad_answer';
      detail: string;
      bytes?: Uint8Array;
      /** Where there was an answer at all. */
      status?: number;
    };

/**
 * Reads the answer of a service that speaks for a host. Throws a retryable Fault (`<who>_unreachable`,
 * `<who>_timeout`, `<who>_failing`) where it cannot be reached or is out of order: that says nothing about the host.
 */
export function asked(who: 'attestor' | 'agent', answer: Answer): Asked {
  if ('failure' in answer) {
    switch (answer.failure) {
      case 'no_token':
        return { reason: 'unconfigured', detail: answer.detail };
      case 'unreadable':
        return { reason: 'bad_answer', detail: answer.detail };
      case 'unreachable':
      case 'timeout':
        throw outOfOrder(who, answer.failure, answer.detail);
    }
  }
  const { status, bytes } = answer;
  if (status === 200) return { bytes };
  const detail = `the ${who} answered ${status}${codeIn(bytes)}`;
  if (status === 401 || status === 403) return { reason: 'refused', detail, bytes, status };
  if (status >= 500 || status === 429) throw outOfOrder(who, 'failing', detail);
  return { reason: 'bad_answer', detail, bytes, status };
}

/** What the other side calls it, where it says so as we do. */
function codeIn(bytes: Uint8Array): string {
  try {
    const { code } = Object(JSON.parse(new TextDecoder().decode(bytes))) as { code?: unknown };
    return typeof code === 'string' && /^[a-z_]{1,64}$/.test(code) ? `: ${code}` : '';
  } catch {
    return '';
  }
}

function outOfOrder(who: string, how: string, detail: string): Fault {
  return new Fault(`${who}_${how}`, `nothing from the ${who}: ${detail}`, { retryable: true });
}
