import type { IncidentEvent, RecordedEvent } from '../../src/domain/events.ts';
import type { Admission } from '../../src/domain/admission.ts';
import type { IncidentInput } from '../../src/domain/messages.ts';
import type { Course, PlannedAction } from '../../src/domain/plan.ts';
import type { PlaybookPlan } from '../../src/domain/playbook-plan.ts';
import type { Subject } from '../../src/domain/report.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { NO_CAPTURE } from './captures.ts';

export const AT = '2026-01-02T03:04:05.000Z';
export const AT_MS = Date.parse(AT);

/** INC-20260102-030405-0000002a for 42. */
export function incidentId(number: number): string {
  return `INC-20260102-030405-${number.toString(16).padStart(8, '0')}`;
}

export interface AdmissionWishes {
  class?: string;
  severity?: Severity;
  at?: string;
  key?: string;
  reporter?: string;
  autoContain?: boolean;
  /** Acknowledged and re-attested before it is resolved. */
  latched?: boolean;
  subject?: Subject;
  holds?: PlannedAction[];
  reflexUntilMs?: number;
  lease?: Admission['lease'];
  echo?: Admission['echo'];
  playbook?: PlaybookPlan;
}

/** A report made ready for the ledger; unless wished otherwise high, contained, not latched, leased to nobody. */
export function admission(number: number, wishes: AdmissionWishes = {}): Admission {
  const at = wishes.at ?? AT;
  const holds = wishes.holds ?? [];
  const input: IncidentInput = {
    id: incidentId(number),
    class: wishes.class ?? 'prompt_injection',
    source: 'gpu-watch',
    description: 'a description',
    subject: wishes.subject ?? { host: 'host-3' },
    reported_by: wishes.reporter ?? 'gpu-watch',
    occurred_at: at,
    created_at: at,
    plan: {
      ...{ policy_digest: 'a'.repeat(64), escalation: null, ...course(wishes, holds) },
      ...(wishes.playbook && { playbook: wishes.playbook }),
    },
  };
  const { created_at, ...reported } = input;
  return {
    idempotency_key: wishes.key ?? '',
    reporter: input.reported_by,
    reported: {
      key: 'reported',
      at: created_at,
      actor: input.reported_by,
      event: { type: 'reported', evidence: { n: number }, ...reported },
    },
    input,
    holds,
    reflex_until_ms: wishes.reflexUntilMs ?? 0,
    lease: wishes.lease ?? { owner: 'nobody', until_ms: 0 },
    echo: wishes.echo ?? null,
  };
}

export function freeze(host: string): PlannedAction {
  return {
    action: 'freeze_agent',
    target: 'agent',
    resource: `freeze_agent@agent#${host}`,
    kind: 'target',
    freeze: true,
    destructive: false,
    release: 'automatic',
    timeout_ms: 1_000,
  };
}

export function recorded(key: string, event: IncidentEvent, at = AT): RecordedEvent {
  return { key, at, actor: 'workflow', event };
}

function course(wishes: AdmissionWishes, actions: PlannedAction[]): Course {
  const latched = wishes.latched ?? false;
  return {
    severity: wishes.severity ?? 'high',
    auto_contain: wishes.autoContain ?? true,
    latched,
    require_ack: latched,
    require_reattest: latched,
    review: false,
    actions,
    capture: NO_CAPTURE,
    slas: { contain_ms: 0, acknowledge_ms: 0, resolve_ms: 0, review_ms: 0, repeat_ms: 60_000 },
  };
}
