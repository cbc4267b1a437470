import { randomBytes } from 'node:crypto';
import { Fault } from './domain/fault.ts';
import type { Principal } from './domain/principal.ts';
import type { Foundation } from './foundation.ts';
import { createIntake } from './intake/intake.ts';

/** Something that Cordon has found out by itself. */
export interface Finding {
  /** The same for the same finding, however often it is found. */
  key: string;
  description: string;
  evidence: Record<string, string>;
}

/** Cordon reports itself, and has no token with which anybody else could in its name. */
const CORDON: Omit<Principal, 'classes'> = {
  name: 'cordon',
  kind: 'service',
  roles: ['report'],
  source: 'cordon',
  formats: [],
  token_hash: '0'.repeat(64),
  created_at: '1970-01-01T00:00:00.000Z',
  revoked_at: '',
};

/**
 * By the same intake as any other report, once for each key; false where the policy has no rule for the class. A server
 * finds it in the outbox and dispatches it.
 */
export function selfReporter(
  { ledger, policy, owner, now }: Pick<Foundation, 'ledger' | 'policy' | 'owner' | 'now'>,
  ofClass: string,
) {
  const nobody = { dispatcher: { offer: () => {} }, reflex: { fire: () => {} } };
  const intake = createIntake({
    ...{ ledger, owner, now, ...nobody },
    policy: policy.current,
    random: randomBytes,
  });
  const principal: Principal = { ...CORDON, classes: [ofClass] };
  return async ({ key, description, evidence }: Finding): Promise<boolean> => {
    try {
      await intake.report(principal, { class: ofClass, description, evidence, subject: {} }, key);
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'unknown_class') return false;
      throw error;
    }
  };
}
