import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import { instant, isObject, listed, objectOf, readEach, text } from './reading.ts';

/**
 * https://www.openpolicyagent.org/docs/management-decision-logs: a list of decisions, or one as the console log writes
 * it. Each decision is an alert, whatever its `result` is (a boolean, a text or an object): which is a denial, the
 * rules say. OPA sends a whole list again when any answer but 2xx comes, and so `decision_id` is the identity.
 */
export const opa: AlertFormat = {
  name: 'opa',
  title: 'Open Policy Agent',
  recognise: (document) => listed(document).some(isDecisionLog),
  split: (document) => ({
    ...readEach(listed(document), read),
    disagreements: listed(document).flatMap(disagreementsIn),
  }),
};

function isDecisionLog(part: Json): boolean {
  const decision = objectOf(part);
  const asked = isObject(decision['labels']) || askedOf(decision) !== '';
  return asked && text(decision['timestamp']) !== '' && typeof read(part) !== 'string';
}

/** The path of the rule that was asked for, or the query. */
function askedOf(decision: JsonObject): string {
  return text(decision['path']) || text(decision['query']);
}

function read(part: Json): Alert | string {
  const decision = objectOf(part);
  const id = text(decision['decision_id']);
  if (id === '') return 'it has no decision_id';
  const said = ['result', 'error', 'path', 'query', 'input'];
  if (!said.some((name) => Object.hasOwn(decision, name))) return 'it has nothing that was decided';
  const asked = askedOf(decision);
  return {
    kind: 'finding',
    identity: [id],
    occurred_at: instant(decision['timestamp']),
    title: asked === '' ? 'Decision' : `Decision of ${asked}`,
    facts: decision,
  };
}

function disagreementsIn(part: Json): string[] {
  const { result = null, error = null, decision_id } = objectOf(part);
  const both = result !== null && error !== null;
  return both ? [`decision ${text(decision_id)} has a result, and an error beside it`] : [];
}
