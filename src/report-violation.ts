import { randomBytes } from 'node:crypto';
import type { Violation } from '../activities/sweep-deps.ts';
import { Fault } from './domain/fault.ts';
import type { Principal } from './domain/principal.ts';
import type { Foundation } from './foundation.ts';
import { createIntake } from './intake/intake.ts';

/** The class of what the sweeps find. Policy says what is done about it. */
const CLASS = 'evidence_violation';

/** Cordon reports itself, and has no token with which anybody else could in its name. */
const CORDON: Principal = {
  name: 'cordon',
  kind: 'service',
  roles: ['report'],
  source: 'cordon',
  classes: [CLASS],
  token_hash: '0'.repeat(64),
  created_at: '1970-01-01T00:00:00.000Z',
  revoked_at: '',
};

/** By the same intake as any other report, once for each key. A server finds it in the outbox and dispatches it. */
export function violationReporter({
  ledger,
  policy,
  owner,
  now,
}: Pick<Foundation, 'ledger' | 'policy' | 'owner' | 'now'>) {
  const nobody = { dispatcher: { offer: () => {} }, reflex: { fire: () => {} } };
  const intake = createIntake({
    ...{ ledger, owner, now, ...nobody },
    policy: policy.current,
    random: randomBytes,
  });
  return async ({ key, description, evidence }: Violation): Promise<boolean> => {
    try {
      await intake.report(CORDON, { class: CLASS, description, evidence, subject: {} }, key);
      return true;
    } catch (error) {
      if (error instanceof Fault && error.code === 'unknown_class') return false;
      throw error;
    }
  };
}
