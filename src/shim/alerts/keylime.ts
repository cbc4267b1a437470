import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import { agentsIn, statusAlert, statusDisagreements } from './keylime-status.ts';
import { decoded, isObject, listed, member, readEach, text } from './reading.ts';

/** The members that are JSON inside of a text once more. */
const ENCODED = ['tpm_policy', 'vtpm_policy', 'meta_data', 'metadata', 'context'] as const;

/**
 * What the verifier of Keylime posts when it revokes an agent, `{"msg": "<JSON>", "signature": …}`, and what it answers
 * to a question about agents. A revocation is known by its agent, its event and the time that the verifier gives it;
 * that time has no zone, so that when it was in UTC is not known.
 * https://keylime.readthedocs.io/en/latest/user_guide/revocation.html
 */
export const keylime: AlertFormat = {
  name: 'keylime',
  title: 'Keylime',
  recognise: (document) =>
    listed(document).some((part) => agentsIn(part).length > 0 || isRevocation(messageIn(part))),
  split: (document) => {
    const parts = listed(document);
    return {
      ...readEach(parts.flatMap(readersOf), (read) => read()),
      disagreements: parts.flatMap(agentsIn).flatMap(statusDisagreements),
    };
  },
};

/** An answer may be about many agents. */
function readersOf(part: Json): (() => Alert | string)[] {
  const agents = agentsIn(part);
  if (agents.length > 0) return agents.map((agent) => () => statusAlert(agent));
  return [() => revocationAlert(part)];
}

/** The message itself is taken too, as scripts of users hand it on. */
function messageIn(part: Json): Json {
  const message = member(part, 'msg');
  return message === undefined ? part : decoded(message);
}

function isRevocation(message: Json): message is JsonObject {
  return (
    isObject(message) &&
    member(message, 'type') === 'revocation' &&
    text(member(message, 'agent_id')) !== ''
  );
}

function revocationAlert(part: Json): Alert | string {
  const message = messageIn(part);
  if (typeof message === 'string') return 'its msg is no JSON';
  if (!isRevocation(message)) return 'it is no revocation of an agent';
  const [agent, event, time] = ['agent_id', 'event_id', 'event_time'].map((name) =>
    text(member(message, name)),
  );
  const inner = ENCODED.filter((name) => Object.hasOwn(message, name));
  return {
    kind: 'finding',
    identity: [agent ?? '', event ?? '', time ?? ''],
    occurred_at: '',
    title: event === '' || event === undefined ? 'revocation' : event,
    facts: {
      ...message,
      ...Object.fromEntries(inner.map((name) => [name, decoded(member(message, name))])),
      event_id: event ?? '',
    },
  };
}
