import { spiffeIdOf } from '../../../domain/spiffe-id.ts';
import type { Problem } from '../../targets/problem.ts';
import type { SystemCall, SystemDriver } from '../system-driver.ts';
import type { Denial, DenyList } from './deny-list.ts';

/** `deny_identity`: the identity of the subject is refused wherever the decision is asked for. */
export function createOpaDriver(list: DenyList): SystemDriver<'opa'> {
  return {
    act: async (call, wanted, signal) => {
      const denial = denialOf(call);
      if ('reason' in denial) return denial;
      return wanted === 'apply' ? list.deny(denial, signal) : list.allow(denial, signal);
    },
    read: async (call, wanted, signal) => {
      const denial = denialOf(call);
      return 'reason' in denial ? denial : list.read(denial, wanted, signal);
    },
    close: () => list.close(),
  };
}

function denialOf({ system, systems, request }: SystemCall<'opa'>): Denial | Problem {
  const { identity } = request.subject;
  if (identity === undefined || spiffeIdOf(identity) === null) {
    const detail = 'the report names no SPIFFE ID';
    return { reason: 'unknown_target', detail, retryable: false };
  }
  const { action, target, incident_id } = request;
  const why = { incident_id, class: request.class };
  return { system, systems, identity, holder: `${action}@${target}`, why };
}
