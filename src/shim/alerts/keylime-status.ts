import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { keylimeStanding } from '../../domain/keylime.ts';
import { decoded, isObject, member, text, word } from './reading.ts';

/** What the verifier says of one agent, and the uuid it is asked about by; '' where the answer leaves that out. */
interface KeylimeAgent {
  uuid: string;
  said: JsonObject;
}

/** The answer to `GET /v2.x/agents/{uuid}`: one agent, or all of them by uuid, with `bulk`. */
export function agentsIn(part: Json): KeylimeAgent[] {
  const results = member(part, 'results');
  if (isAgentStatus(results)) return [{ uuid: text(member(results, 'agent_id')), said: results }];
  if (!isObject(results)) return [];
  return Object.entries(results).flatMap(([uuid, said]) =>
    isAgentStatus(said) ? [{ uuid, said }] : [],
  );
}

function isAgentStatus(value: Json | undefined): value is JsonObject {
  return (
    isObject(value) &&
    Object.hasOwn(value, 'operational_state') &&
    Object.hasOwn(value, 'attestation_status')
  );
}

/** A state, not an event: as long as nothing changes in what it says of its last success, it is the same alert. */
export function statusAlert({ uuid, said }: KeylimeAgent): Alert {
  const { standing, state } = standingOf(said);
  const event = text(member(said, 'last_event_id'));
  return {
    kind: standing === 'failed' ? 'finding' : 'cleared',
    identity: [
      ...[nameOf({ uuid, said }), text(member(said, 'verifier_id')), standing, state],
      ...[event, word(member(said, 'last_successful_attestation'))],
    ],
    occurred_at: '',
    title: standing === 'failed' && event !== '' ? event : `agent ${standing}`,
    facts: {
      ...withoutKey(said),
      type: 'agent_status',
      agent_id: uuid,
      ...{ standing, state, event_id: event },
    },
  };
}

export function statusDisagreements(agent: KeylimeAgent): string[] {
  const { state, disagree } = standingOf(agent.said);
  if (!disagree) return [];
  const status = text(member(agent.said, 'attestation_status'));
  return [`operational_state says ${state} and attestation_status says ${status}: it failed`];
}

function standingOf(said: JsonObject) {
  return keylimeStanding(member(said, 'operational_state'), member(said, 'attestation_status'));
}

/** The address, where there is no uuid. */
function nameOf({ uuid, said }: KeylimeAgent): string {
  return uuid === '' ? ['ip', 'port'].map((name) => word(member(said, name))).join(':') : uuid;
}

/** `v` is half of the key that opens the agent's secrets. */
function withoutKey(said: JsonObject): JsonObject {
  const { v: _v, ...rest } = said;
  return { ...rest, meta_data: decoded(member(said, 'meta_data')) };
}
