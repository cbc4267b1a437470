import type { Alert, AlertFormatName, AlertMark } from '../domain/alert.ts';
import type {
  AlertAdmission,
  CausedAlert,
  DeliveryRecord,
  SetAsideAlert,
} from '../domain/alert-log.ts';
import { epochMs, instantOf } from '../domain/instant.ts';
import { once } from '../domain/once.ts';
import type { Plan } from '../domain/plan.ts';
import { planFor } from '../domain/plan-for.ts';
import type { Policy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import { wideningFor } from '../domain/widen.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import { sha256Hex } from '../evidence/digest.ts';
import { type AdmissionDeps, admissionOf } from './admission.ts';
import { alertIdentity } from './alert-identity.ts';
import { DETECTOR_FAILURE } from './detector-failure.ts';
import { dropsOf } from './detector-drops.ts';
import type { Match } from './mapping/match-alert.ts';
import { triagedAlert, type Triaged } from './triage/triaged-alert.ts';

/** A rule's name may be as long as a policy likes; of a title, as much as a list shows. */
const LONGEST_TITLE = 256;

export interface AlertAdmissionDeps extends AdmissionDeps {
  /** What the policy's rules make of an alert; null where none is about it. */
  match(policy: Policy, format: AlertFormatName, alert: Alert): Match | null;
}

/** One alert, made ready for the ledger. */
export function alertAdmission(
  deps: AlertAdmissionDeps,
  principal: Principal,
  { sha256: delivery, source, format }: DeliveryRecord,
  alert: Alert,
  index: number,
): AlertAdmission {
  if (format === '') throw new TypeError('An alert has a format');
  const policy = deps.policy();
  const occurred_ms = occurredMs(alert, deps.now());
  const match = matchOf(deps, policy, source, format, alert);
  const mark: AlertMark = {
    ...{ format, rule: match?.rule ?? '', title: titleOf(alert) },
    ...{ identity: identityOf(source, alert.identity), delivery, index },
  };
  const made = { mark, occurred_ms, timeless: alert.timeless ?? false };
  const aside = asideOf(policy, principal, alert, match);
  if (aside !== null || match === null) {
    return { ...made, becomes: aside ?? { set_aside: 'unmatched', reason: '' } };
  }
  const caused = (as: Triaged) =>
    causedBy(deps, policy, principal, source, { ...as, mark, occurred_ms });
  return {
    ...made,
    becomes: triagedAlert(policy, format, alert, match, caused) ?? caused({ match }),
  };
}

/** By the rules for what was seen; what a detector says of itself counts where somebody wants to hear it. */
function matchOf(
  { match }: AlertAdmissionDeps,
  policy: Policy,
  source: string,
  format: AlertFormatName,
  alert: Alert,
): Match | null {
  if (alert.kind === 'finding') return match(policy, format, alert);
  return alert.kind === 'health' ? dropsOf(policy, source, alert) : null;
}

/** What is no alert at all, listed with its delivery so that somebody can look at it. */
export function unreadPart(
  { sha256: delivery, source, format, received_ms }: DeliveryRecord,
  index: number,
  reason: string,
): AlertAdmission {
  const identity = identityOf(source, ['unread', delivery, String(index)]);
  return {
    mark: { format, rule: '', title: '(not readable)', identity, delivery, index },
    occurred_ms: received_ms,
    timeless: false,
    becomes: { set_aside: 'refused', reason },
  };
}

/** A detector's clock may be ahead of ours; nothing has happened in the future. */
function occurredMs({ occurred_at }: Alert, nowMs: number): number {
  return occurred_at === '' ? nowMs : Math.min(epochMs(occurred_at), nowMs);
}

/** Of one source, whoever of its senders brings it: two replicas of a shipper bring one alert. */
function identityOf(source: string, parts: readonly string[]): string {
  return alertIdentity([source, ...parts.map((part) => part.toWellFormed())]);
}

function titleOf({ title }: Alert): string {
  return title.slice(0, LONGEST_TITLE).toWellFormed();
}

/** Null where the alert is a report that this sender may make. */
function asideOf(
  { containment }: Policy,
  { name, classes }: Principal,
  { kind }: Alert,
  match: Match | null,
): SetAsideAlert | null {
  if (match === null) return kind === 'finding' ? null : { set_aside: kind, reason: '' };
  if (!Object.hasOwn(containment.rules, match.class)) {
    return { set_aside: 'unmatched', reason: `unknown_class: ${match.class}` };
  }
  // That it fails is nothing that a detector has to be allowed to say.
  const isAllowed = [...classes, DETECTOR_FAILURE].includes(match.class) || classes.length === 0;
  const reason = `class_not_allowed: ${name} may not report ${match.class}`;
  return isAllowed ? null : { set_aside: 'refused', reason };
}

function causedBy(
  deps: AlertAdmissionDeps,
  policy: Policy,
  principal: Principal,
  source: string,
  { match, triage, mark, occurred_ms }: Triaged & { mark: AlertMark; occurred_ms: number },
): CausedAlert {
  const { severity, subject } = match;
  const plan = planFor(policy, { class: match.class, severity, subject });
  const named = { class: match.class, severity: plan.severity, subject };
  const says = once(match.tells);
  const report = () => {
    return { ...named, source, ...says(), occurred_at: instantOf(occurred_ms) };
  };
  const from = { alert: mark, ...(triage === undefined ? {} : { triage }) };
  return {
    cause: causeOf(match, mark),
    window_ms: windowOf(policy, match.class),
    ...{ class: match.class, subject, plan, says },
    opens: once(() => admissionOf(deps, principal, report(), plan, '', from)),
    counted: countedOf(plan),
    widening: (existing) => wideningFor(policy, named, existing),
  };
}

/** By what went wrong, not by when or how often. */
function causeOf({ class: ofClass, rule, cause, subject, fan_in }: Match, { format }: AlertMark) {
  const what = [ofClass, format, rule, ...cause];
  return {
    narrow: sha256Hex(canonicalJson([...what, subject])),
    wide: fan_in ? sha256Hex(canonicalJson(what)) : '',
  };
}

function windowOf({ escalation: { joins_within } }: Policy, ofClass: string): number {
  const { classes } = joins_within;
  return (Object.hasOwn(classes, ofClass) ? classes[ofClass] : undefined) ?? joins_within.default;
}

/** Null where the class is not counted. */
export function countedOf({ escalation }: Plan): CausedAlert['counted'] {
  return escalation && { threshold: escalation.threshold, window_ms: escalation.window_ms };
}
