import type { AlertMark } from '../domain/alert.ts';
import type { Admission } from '../domain/admission.ts';
import type { IncidentInput } from '../domain/messages.ts';
import type { Plan } from '../domain/plan.ts';
import type { Policy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { Report } from '../domain/report.ts';
import type { TriageMark } from '../domain/triage.ts';
import { DISPATCH_LEASE_MS } from './dispatcher.ts';
import { incidentId } from './incident-id.ts';
import { REFLEX_PATIENCE_MS } from './reflex.ts';

export type Sourced = Omit<Report, 'source'> & { source: string };

export interface AdmissionDeps {
  policy: () => Policy;
  owner: string;
  random: (size: number) => Uint8Array;
  now: () => number;
}

/** What a report was read out of, and why it is of its class where a tree says that. */
export interface ReadOutOf {
  alert: AlertMark;
  triage?: TriageMark;
}

/** Everything that is written of one report, with the plan that answers it. */
export function admissionOf(
  deps: AdmissionDeps,
  principal: Principal,
  report: Sourced,
  plan: Plan,
  idempotency_key: string,
  from?: ReadOutOf,
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
  const event = {
    ...({ type: 'reported', ...reported, evidence: report.evidence } as const),
    ...from,
  };
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
function occurredAt(report: Sourced, nowMs: number): string {
  const said = report.occurred_at === undefined ? nowMs : Date.parse(report.occurred_at);
  return new Date(Math.min(said, nowMs)).toISOString();
}
