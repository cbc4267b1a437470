import type { CausedAlert, KeptReport, Linking } from '../domain/alert-log.ts';
import { Fault } from '../domain/fault.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { Ledger } from '../domain/ledger.ts';
import { once } from '../domain/once.ts';
import { planFor } from '../domain/plan-for.ts';
import type { Principal } from '../domain/principal.ts';
import { wideningFor } from '../domain/widen.ts';
import { type AdmissionDeps, admissionOf } from './admission.ts';
import { countedOf } from './alert-admission.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Reflex } from './reflex.ts';

/** What a person has found out that no rule could know. Said again under the same key, it changes nothing. */
export interface Relating {
  reason: string;
  key: string;
}

export interface IncidentRelations {
  /** Further alerts of the one incident's causes join the other. Faults as `AlertLog.merge`. */
  merge(by: Principal, id: string, into: string, relating: Relating): Promise<Incident>;
  /** One of its alerts becomes an incident of its own. Faults as `AlertLog.split`. */
  split(by: Principal, id: string, alert: string, relating: Relating): Promise<Incident>;
}

export interface RelateDeps extends AdmissionDeps {
  ledger: Pick<Ledger, 'alerts'>;
  dispatcher: Pick<Dispatcher, 'offer'>;
  reflex: Pick<Reflex, 'fire'>;
}

export function createIncidentRelations(deps: RelateDeps): IncidentRelations {
  const linking = ({ name }: Principal, { key, reason }: Relating): Linking => {
    return { key, at: new Date(deps.now()).toISOString(), by: name, reason };
  };
  return {
    merge: (by, id, into, relating) => deps.ledger.alerts.merge(id, into, linking(by, relating)),
    split: async (by, id, alert, relating) => {
      const kept = await deps.ledger.alerts.keptReport(id, alert);
      if (kept === null) throw notFound(id);
      const caused = causedAnew(deps, by, kept, relating.key);
      const told = linking(by, relating);
      const incident = await deps.ledger.alerts.split(id, kept.identity, caused, told);
      begin(deps, incident, caused);
      return incident;
    },
  };
}

/** By the policy as it is now: what was planned for the alert then is the other incident's. */
function causedAnew(
  deps: RelateDeps,
  by: Principal,
  { report, source, mark, cause, window_ms, occurred_at }: KeptReport,
  key: string,
): CausedAlert {
  const policy = deps.policy();
  if (!Object.hasOwn(policy.containment.rules, report.class)) {
    const message = `No rule of the policy names the class ${report.class}`;
    throw new Fault('unknown_class', message, { retryable: false });
  }
  const plan = planFor(policy, report);
  return {
    ...{ cause, window_ms, counted: countedOf(plan) },
    ...{ class: report.class, subject: report.subject, plan },
    says: () => ({ description: report.description, evidence: report.evidence }),
    opens: once(() =>
      admissionOf(deps, by, { ...report, source, occurred_at }, plan, key, { alert: mark }),
    ),
    widening: (existing) => wideningFor(policy, report, existing),
  };
}

/** One that was split off before has been begun with. */
function begin({ reflex, dispatcher }: RelateDeps, { id }: Incident, { opens }: CausedAlert): void {
  const { input } = opens();
  if (id !== input.id) return;
  reflex.fire(input);
  dispatcher.offer({ input, severity: input.plan.severity });
}

function notFound(id: string): Fault {
  const message = `${id} has no alert of that identity from which a report was made`;
  return new Fault('alert_not_found', message, { retryable: false });
}
