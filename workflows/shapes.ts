import type { Occurrence } from '../src/domain/escalation.ts';
import type {
  EscalateSignal,
  LostSignal,
  ObserveSignal,
  Order,
  OrderName,
  PersonCommand,
  SignedSignal,
} from '../src/domain/messages.ts';
import { SEVERITIES } from '../src/domain/severity.ts';

// Whoever can reach Temporal can send any value at all, and a handler that throws for one would stop its workflow.

export function isPersonCommand(given: unknown): given is PersonCommand {
  return has(given, { by: isString, claim: isString, note: isString });
}

export function isSignedSignal(given: unknown): given is SignedSignal {
  return has(given, { token: isString, note: isString });
}

export function isEscalateSignal(given: unknown): given is EscalateSignal {
  return has(given, { count: isNumber });
}

export function isLostSignal(given: unknown): given is LostSignal {
  return has(given, { action: isString, detail: isString });
}

export function isObserveSignal(given: unknown): given is ObserveSignal {
  return has(given, { key: isString, raises: orAbsent(isCourse), widens: orAbsent(isWidening) });
}

export function isOrder(given: unknown): given is Order {
  return (
    isPersonCommand(given) && has(given, { order: isString }) && ORDERS.some((is) => is(given))
  );
}

const ORDERS: readonly Shape[] = [
  ordered('assign', { task: isString, to: isString }),
  ordered('complete', { task: isString, result: isResult, evidence: listOf(isEvidenceRef) }),
  ordered('decide', { step: isString, verdict: oneOf(['approve', 'decline']) }),
  ordered('dismiss', { dismissal: (is) => has(is, { reason: isString, tune: isString }) }),
  ordered('review', { document: isEvidenceRef }),
];

function ordered(name: OrderName, members: Record<string, Shape>): Shape {
  return (given) => has(given, { order: oneOf([name]), ...members });
}

function isResult(given: unknown): boolean {
  const isMember = (value: unknown) =>
    ['string', 'number', 'boolean'].includes(typeof value) || listOf(isString)(value);
  return isObject(given) && Object.values(given).every(isMember);
}

function isEvidenceRef(given: unknown): boolean {
  return has(given, { sha256: isString, size: isNumber, media_type: isString });
}

export function areOccurrences(given: unknown): given is Occurrence[] {
  return listOf(isOccurrence)(given);
}

type Shape = (given: unknown) => boolean;

function isOccurrence(given: unknown): boolean {
  const numbers = { at_ms: isNumber, threshold: isNumber, window_ms: isNumber };
  return has(given, { incident_id: isString, key: orAbsent(isString), ...numbers });
}

function isWidening(given: unknown): boolean {
  return has(given, { subject: isSubject, actions: listOf(isAction) });
}

function isCourse(given: unknown): boolean {
  return has(given, {
    severity: oneOf(SEVERITIES),
    auto_contain: isBoolean,
    latched: isBoolean,
    require_ack: isBoolean,
    require_reattest: isBoolean,
    review: isBoolean,
    actions: listOf(isAction),
    capture: isCapture,
    slas: isSlas,
  });
}

function isCapture(given: unknown): boolean {
  return has(given, {
    targets: listOf(isString),
    deadline_ms: isNumber,
    quote: isBoolean,
    on_failure: oneOf(['hold', 'proceed']),
    host_ms: isNumber,
    further_host_ms: orAbsent(isNumber),
  });
}

function isSlas(given: unknown): boolean {
  const stages = { acknowledge_ms: isNumber, resolve_ms: isNumber, review_ms: isNumber };
  return has(given, { contain_ms: isNumber, ...stages, repeat_ms: isNumber });
}

function isAction(given: unknown): boolean {
  return has(given, {
    action: isString,
    target: isString,
    resource: isString,
    kind: oneOf(['target', 'ledger']),
    freeze: isBoolean,
    destructive: isBoolean,
    release: oneOf(['automatic', 'manual', 'none']),
    timeout_ms: isNumber,
    on: orAbsent((on) => has(on, { action: isString, subject: isSubject })),
  });
}

function isSubject(given: unknown): boolean {
  return isObject(given) && Object.values(given).every(isString);
}

function has(given: unknown, members: Record<string, Shape>): boolean {
  if (!isObject(given)) return false;
  const values = new Map<string, unknown>(Object.entries(given));
  return Object.entries(members).every(([name, is]) => is(values.get(name)));
}

function listOf(is: Shape): Shape {
  return (given) => Array.isArray(given) && given.every(is);
}

function oneOf(words: readonly string[]): Shape {
  return (given) => isString(given) && words.includes(given);
}

function orAbsent(is: Shape): Shape {
  return (given) => given === undefined || is(given);
}

function isObject(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}

function isString(given: unknown): given is string {
  return typeof given === 'string';
}

function isNumber(given: unknown): boolean {
  return typeof given === 'number';
}

function isBoolean(given: unknown): boolean {
  return typeof given === 'boolean';
}
