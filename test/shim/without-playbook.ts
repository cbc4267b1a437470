import { admission } from '../support/admissions.ts';
import type { Booted } from './boot.ts';

/** Numbers apart from those of the tests. */
const PLAIN = 900;

/** An incident of a class that no playbook serves. */
export async function withoutPlaybook({ ledger }: Pick<Booted, 'ledger'>): Promise<string> {
  const { incident } = await ledger.log.admit(admission(PLAIN));
  return incident.id;
}
