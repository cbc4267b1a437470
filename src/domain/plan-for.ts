import { templateOf } from './action-template.ts';
import { groupOf } from './attestation-policy.ts';
import { hostSubjectOf } from './host-subject.ts';
import type { Course, Plan, PlannedAction, Slas } from './plan.ts';
import { planOn } from './plan-action.ts';
import { planPlaybook, playbookServing } from './plan-playbook.ts';
import type { Playbook } from './playbook.ts';
import type { Policy } from './policy.ts';
import type { Subject } from './report.ts';
import { HOST_AGENT } from './targets.ts';
import { mostSevere, type Severity } from './severity.ts';

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
  const playbook = playbookServing(policy, report.class);
  const course = (at: Severity, added: string[]) => courseAt(policy, report, playbook, at, added);
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
    ...(playbook && { playbook: planPlaybook(policy, playbook) }),
  };
}

function courseAt(
  policy: Policy,
  { class: incidentClass, subject }: { class: string; subject: Subject },
  playbook: Playbook | undefined,
  severity: Severity,
  added: string[],
): Course {
  const rule = ruleOf(policy, incidentClass);
  const response = responseAt(policy, playbook, severity);
  const isContaining = rule.auto_contain && response.contain;
  const names = [...new Set([...rule.actions, ...added, ...response.actions])];
  const actions = names
    .map((name) => planOn(templateOf(policy, name), subject))
    .filter((action) => isContaining || added.length > 0 || action.kind === 'ledger');
  const { recovery } = policy;
  const { latched, require_reattest } = latchAt(policy, incidentClass, playbook, severity);
  const require_ack = latched || require_reattest || severity === 'critical';
  const hostMs = recovery.capture.host_deadline;
  return {
    severity,
    auto_contain: isContaining || actions.some((a) => a.kind === 'target'),
    latched,
    require_ack,
    require_reattest,
    review: require_ack || (playbook?.rule !== undefined && response.contain),
    actions,
    capture: {
      targets: response.capture ? capturedTargets(policy, actions, playbook) : [],
      deadline_ms: recovery.capture.deadline,
      quote: require_reattest && isQuoting(policy, subject),
      on_failure: recovery.capture.on_failure,
      host_ms: response.capture && isCapturable(policy, subject) ? hostMs : 0,
      ...(response.capture && reachesHosts(policy, playbook) && { further_host_ms: hostMs }),
    },
    slas: slasAt(policy, severity),
  };
}

const EVERYTHING = { contain: true, capture: true, actions: [] };

function responseAt(
  { recovery, targets }: Policy,
  playbook: Playbook | undefined,
  severity: Severity,
): { contain: boolean; capture: boolean; actions: string[] } {
  const response = (playbook?.rule?.by_severity && recovery.response[severity]) || EVERYTHING;
  // Ours stands in for what an operator did not write, and may speak of what their targets do not have.
  const actions = response.actions.filter((name) => Object.hasOwn(targets.actions, name));
  return { ...response, actions };
}

/** A class that only a playbook knows says for itself what opens its containment. */
function latchAt(
  { recovery }: Policy,
  incidentClass: string,
  playbook: Playbook | undefined,
  severity: Severity,
): Pick<Course, 'latched' | 'require_reattest'> {
  const { severities, classes, except } = recovery.reattest;
  const byPolicy =
    !except.includes(incidentClass) &&
    (severities.includes(severity) || classes.includes(incidentClass));
  const said = playbook?.rule?.reattest ?? 'by_policy';
  return {
    latched: recovery.latched.includes(incidentClass) || playbook?.rule?.latched === true,
    require_reattest: said === 'by_policy' ? byPolicy : said === 'always',
  };
}

function capturedTargets(
  policy: Policy,
  actions: PlannedAction[],
  playbook: Playbook | undefined,
): string[] {
  const later = playbook?.steps.map(({ action }) => templateOf(policy, action)) ?? [];
  const acting = [...actions, ...later.filter(({ destructive }) => destructive)]
    .filter((action) => hasStatus(policy, action))
    .map(({ target }) => target);
  return [...new Set([...acting, ...(playbook?.capture ?? [])])];
}

/** Whether a step destroys something on hosts that are known only when it is taken. */
function reachesHosts(policy: Policy, playbook: Playbook | undefined): boolean {
  const isFinalOnHost = (action: string) => {
    const { target, destructive } = templateOf(policy, action);
    return destructive && target === HOST_AGENT;
  };
  return playbook?.steps.some((step) => step.each && isFinalOnHost(step.action)) === true;
}

/** What an action holds for a subject, as plans name it; null where no target carries the action out. */
export function resourceFor(policy: Policy, action: string, subject: Subject): string | null {
  const isKnown = Object.hasOwn(policy.targets.actions, action);
  return isKnown ? planOn(templateOf(policy, action), subject).resource : null;
}

/** Whether its target has a status document; what is on a host is captured from its agent, and a system has none. */
function hasStatus(
  { targets }: Policy,
  { kind, target }: Pick<PlannedAction, 'kind' | 'target'>,
): boolean {
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

function ruleOf(policy: Policy, incidentClass: string) {
  const rule = own(policy.containment.rules, incidentClass);
  if (rule === undefined) throw new RangeError(`no rule for class ${incidentClass}`);
  return rule;
}

/** A class may be named like something that every object inherits. */
function own<T>(record: Record<string, T>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
