import { Fault } from '../domain/fault.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { Admission, Ledger } from '../domain/ledger.ts';
import type { IncidentInput } from '../domain/messages.ts';
import { planFor } from '../domain/plan-for.ts';
import type { Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { Report } from '../domain/report.ts';
import { DISPATCH_LEASE_MS, type Dispatcher } from './dispatcher.ts';
import { incidentId } from './incident-id.ts';
import { REFLEX_PATIENCE_MS, type Reflex } from './reflex.ts';

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

type Sourced = Omit<Report, 'source'> & { source: string };

export interface IntakeDeps {
  ledger: Pick<Ledger, 'log'>;
  policy: () => Policy;
  dispatcher: Pick<Dispatcher, 'offer'>;
  reflex: Pick<Reflex, 'fire'>;
  owner: string;
  random: (size: number) => Uint8Array;
  now: () => number;
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

function admissionOf(
  deps: IntakeDeps,
  principal: Principal,
  report: Sourced,
  plan: Plan,
  idempotency_key: string,
): Admission {
  const nowMs = deps.now();
  const created_at = new Date(nowMs).toISOString();
  const input: IncidentInput = {
    id: incidentId(nowMs, deps.random(4)),
    class: report.class,
    source: report.source,
    description: report.description,
    subject: report.subject,
    reported_by: principal.name,
    occurred_at: occurredAt(report, nowMs),
    created_at,
    plan,
  };
  const { created_at: at, ...reported } = input;
  const event = { type: 'reported', ...reported, evidence: report.evidence } as const;
  const freezes = plan.actions.some((action) => action.freeze);
  return {
    idempotency_key,
    reporter: principal.name,
    reported: { key: 'reported', at, actor: principal.name, event },
    input,
    holds: plan.actions.filter((action) => action.kind === 'target'),
    reflex_until_ms: freezes ? nowMs + REFLEX_PATIENCE_MS : 0,
    lease: { owner: deps.owner, until_ms: nowMs + DISPATCH_LEASE_MS },
    echo: echoOf(deps.policy(), principal, report, nowMs),
  };
}

/** An attestor reports whatever it is asked and finds wanting: only its own token says that it is one. */
function echoOf(
  { targets, attestation }: Policy,
  principal: Principal,
  { subject }: Sourced,
  at_ms: number,
): Admission['echo'] {
  if (!Object.hasOwn(targets.attestors, principal.source)) return null;
  return { host: subject.host ?? attestation.unnamed_host ?? '', at_ms };
}

/** A detector's clock may be ahead of ours; nothing has happened in the future. */
function occurredAt(report: Report, nowMs: number): string {
  const said = report.occurred_at === undefined ? nowMs : Date.parse(report.occurred_at);
  return new Date(Math.min(said, nowMs)).toISOString();
}

function refuse(code: string, message: string): never {
  throw new Fault(code, message, { retryable: false });
}
