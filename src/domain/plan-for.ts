import { groupOf } from './attestation-policy.ts';
import { hostSubjectOf } from './host-subject.ts';
import type { Course, Plan, PlannedAction, Slas } from './plan.ts';
import type { Policy } from './policy.ts';
import type { Subject } from './report.ts';
import { mostSevere, type Severity } from './severity.ts';
import { SYSTEM_STEPS } from './systems.ts';
import { HOST_AGENT, type HostAction, type SystemAction } from './targets.ts';

/**
 * Policy applied to one report: pure, so that the same policy and report always give the same plan.
 * The class must have a rule; `severity` is the report's own, or undefined for the rule's default.
 */
export function planFor(
  policy: Policy,
  report: { class: string; severity?: Severity | undefined; subject: Subject },
): Plan {
  const rule = ruleOf(policy, report.class);
  const severity = report.severity ?? rule.default_severity;
  const window = own(policy.escalation.windows, report.class);
  const course = (at: Severity, added: string[]) =>
    courseAt(policy, report.class, report.subject, at, added);
  return {
    policy_digest: policy.digest,
    ...course(severity, []),
    escalation: window
      ? {
          threshold: window.threshold,
          window_ms: window.window,
          course: course(mostSevere(severity, window.escalates_to), window.actions),
        }
      : null,
  };
}

function courseAt(
  policy: Policy,
  incidentClass: string,
  subject: Subject,
  severity: Severity,
  added: string[],
): Course {
  const rule = ruleOf(policy, incidentClass);
  const names = [...new Set([...rule.actions, ...added])];
  const actions = names
    .map((name) => plannedAction(policy, name, subject))
    .filter((action) => rule.auto_contain || added.length > 0 || action.kind === 'ledger');
  const { recovery } = policy;
  const latched = recovery.latched.includes(incidentClass);
  const { severities, classes, except } = recovery.reattest;
  const require_reattest =
    !except.includes(incidentClass) &&
    (severities.includes(severity) || classes.includes(incidentClass));
  const require_ack = latched || require_reattest || severity === 'critical';
  return {
    severity,
    auto_contain: rule.auto_contain || actions.some((a) => a.kind === 'target'),
    latched,
    require_ack,
    require_reattest,
    review: require_ack,
    actions,
    capture: {
      targets: [
        ...new Set(actions.filter((a) => hasStatus(policy, a)).map(({ target }) => target)),
      ],
      deadline_ms: recovery.capture.deadline,
      quote: require_reattest && isQuoting(policy, subject),
      on_failure: recovery.capture.on_failure,
      host_ms: isCapturable(policy, subject) ? recovery.capture.host_deadline : 0,
    },
    slas: slasAt(policy, severity),
  };
}

/** Whether its target has a status document; what is on a host is captured from its agent, and a system has none. */
function hasStatus({ targets }: Policy, { kind, target }: PlannedAction): boolean {
  return kind === 'target' && Object.hasOwn(targets.targets, target);
}

/** Whether the policy expects the host to have a TPM that can be asked. */
function isQuoting({ attestation }: Policy, { host = attestation.unnamed_host }: Subject): boolean {
  return host !== undefined && groupOf(attestation, host) !== null;
}

/** Whether the subject is something on a host whose agent can be asked. */
function isCapturable({ attestation }: Policy, subject: Subject): boolean {
  const host = subject.host ?? attestation.unnamed_host ?? '';
  return Object.hasOwn(attestation.hosts, host) && hostSubjectOf(subject) !== null;
}

function slasAt(policy: Policy, severity: Severity): Slas {
  const levels = policy.recovery.service_levels[severity];
  return {
    contain_ms: levels.contain,
    acknowledge_ms: levels.acknowledge,
    resolve_ms: levels.resolve,
    review_ms: levels.review,
    repeat_ms: levels.repeat,
  };
}

function plannedAction(policy: Policy, name: string, subject: Subject): PlannedAction {
  const action = own(policy.targets.actions, name);
  if (action === undefined) throw new RangeError(`no target carries out ${name}`);
  if ('ledger' in action) {
    const undo = { freeze: false, destructive: false, release: 'none' } as const;
    return {
      action: name,
      target: 'ledger',
      resource: '',
      kind: 'ledger',
      ...undo,
      timeout_ms: 5_000,
    };
  }
  if ('host' in action) return hostAction(policy, name, action, subject);
  if ('system' in action) return systemAction(name, action, subject);
  return {
    action: name,
    target: action.target,
    resource: resourceOf(name, action.target, scopeOf(action.scope, subject)),
    kind: 'target',
    freeze: action.freeze,
    destructive: action.destructive,
    release: action.release === 'manual' ? 'manual' : 'automatic',
    timeout_ms: action.timeout_ms,
  };
}

/** What is dead stays dead; the other steps leave the subject as it was when they are released. */
function hostAction(
  { attestation }: Policy,
  name: string,
  { host: step, timeout_ms }: HostAction,
  { host = attestation.unnamed_host ?? '', container, process }: Subject,
): PlannedAction {
  const isFinal = step === 'kill';
  return {
    action: name,
    target: HOST_AGENT,
    resource: resourceOf(name, HOST_AGENT, [host, container ?? process ?? '']),
    kind: 'target',
    freeze: false,
    destructive: isFinal,
    release: isFinal ? 'none' : 'automatic',
    timeout_ms,
  };
}

function systemAction(
  name: string,
  { system, step, timeout_ms }: SystemAction,
  subject: Subject,
): PlannedAction {
  const { scope, destructive, release } = SYSTEM_STEPS[step];
  return {
    action: name,
    target: system,
    resource: resourceOf(name, system, scopeOf(scope, subject)),
    kind: 'target',
    freeze: false,
    destructive,
    release,
    timeout_ms,
  };
}

function scopeOf(fields: readonly string[], subject: Subject): string[] {
  const given = new Map(Object.entries(subject));
  return fields.map((field) => given.get(field) ?? '');
}

/** `freeze_agent@agent#host-3/agent-7`; `*` stands for what the report does not say, which is a thing of its own. */
function resourceOf(action: string, target: string, scope: string[]): string {
  const parts = scope.map((part) => (part === '' ? '*' : encodeURIComponent(part)));
  return [`${action}@${target}`, ...(parts.length === 0 ? [] : [parts.join('/')])].join('#');
}

function ruleOf(policy: Policy, incidentClass: string) {
  const rule = own(policy.containment.rules, incidentClass);
  if (rule === undefined) throw new RangeError(`no rule for class ${incidentClass}`);
  return rule;
}

/** A class may be named like something that every object inherits. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
