import { randomBytes } from 'node:crypto';
import { cordonPrincipal } from './cordon-principal.ts';
import { Fault } from './domain/fault.ts';
import type { Foundation } from './foundation.ts';
import { createIntake } from './intake/intake.ts';

/** Something that Cordon has found out by itself. */
export interface Finding {
  /** The same for the same finding, however often it is found. */
  key: string;
  description: string;
  evidence: Record<string, string>;
}

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
  const principal = cordonPrincipal([ofClass]);
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
