import { Fault } from '../domain/fault.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { Ledger } from '../domain/ledger.ts';
import { planFor } from '../domain/plan-for.ts';
import type { Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { Report } from '../domain/report.ts';
import { type AdmissionDeps, admissionOf } from './admission.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Reflex } from './reflex.ts';

export interface Intake {
  /**
   * Makes a report durable; what follows is started but not awaited. Repeats of a key return the first incident.
   * Faults: `unknown_class`, `source_mismatch`, `class_not_allowed`, `ledger_unavailable`.
   */
  report(
    principal: Principal,
    report: Report,
    idempotencyKey: string,
  ): Promise<{ incident: Incident; repeated: boolean }>;
}

export interface IntakeDeps extends AdmissionDeps {
  ledger: Pick<Ledger, 'log'>;
  dispatcher: Pick<Dispatcher, 'offer'>;
  reflex: Pick<Reflex, 'fire'>;
}

export function createIntake(deps: IntakeDeps): Intake {
  return {
    async report(principal, report, idempotencyKey) {
      const source = sourceOf(principal, report);
      const plan = planOf(deps.policy(), report);
      const admission = admissionOf(deps, principal, { ...report, source }, plan, idempotencyKey);
      const admitted = await deps.ledger.log.admit(admission);
      if (!admitted.repeated) {
        deps.reflex.fire(admission.input);
        deps.dispatcher.offer({ input: admission.input, severity: plan.severity });
      }
      return admitted;
    },
  };
}

/** A reporter speaks for its own source and classes alone; a person says whose word it is. */
function sourceOf(principal: Principal, report: Report): string {
  if (principal.classes.length > 0 && !principal.classes.includes(report.class)) {
    refuse('class_not_allowed', `${principal.name} may not report the class ${report.class}`);
  }
  if (principal.source === '') return report.source ?? principal.name;
  if (report.source !== undefined && report.source !== principal.source) {
    refuse('source_mismatch', `${principal.name} may report for ${principal.source} only`);
  }
  return principal.source;
}

function planOf(policy: Policy, report: Report): Plan {
  if (!Object.hasOwn(policy.containment.rules, report.class)) {
    refuse('unknown_class', `No rule of the policy names the class ${report.class}`);
  }
  return planFor(policy, report);
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
