import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { falcoAlert, isFalcoEvent } from './falco-event.ts';
import type { AlertFormat, Envelope } from './format.ts';
import { instant, isObject, listed, member, readEach, text } from './reading.ts';

/** CloudEvents 1.0, "Required Attributes". */
const REQUIRED = ['id', 'source', 'specversion', 'type'] as const;

/** What Falcosidekick makes of an event of Falco. */
const OF_FALCO = 'falco.rule.output.v1';

/**
 * CloudEvents 1.0 over HTTP: structured, in a batch, or binary with the attributes in `ce-` headers and the data as the
 * body. "Source and id" are the identity that the specification gives an event. What Falcosidekick sends has a new id
 * each time that it is sent, so that the event of Falco inside of it is what it is known by.
 */
export const cloudevents: AlertFormat = {
  name: 'cloudevents',
  title: 'CloudEvents',
  recognise: (document, envelope) => isBinary(envelope) || listed(document).some(isStructured),
  split: (document, envelope) => {
    const events = eventsIn(document, envelope);
    return { ...readEach(events, alertOf), disagreements: events.flatMap(disagreementsOf) };
  },
};

function isStructured(part: Json): boolean {
  return isObject(part) && REQUIRED.every((name) => text(member(part, name)) !== '');
}

/** A body that is an event itself is not the data of another. */
function isBinary({ headers }: Envelope): boolean {
  return Object.hasOwn(headers, 'ce-specversion');
}

function eventsIn(document: Json, envelope: Envelope): Json[] {
  const isWhole = !isBinary(envelope) || listed(document).some(isStructured);
  return isWhole ? listed(document) : [fromHeaders(document, envelope)];
}

/** HTTP Protocol Binding, "Binary Content Mode": each attribute is a header, its value percent-encoded. */
function fromHeaders(data: Json, { headers }: Envelope): JsonObject {
  const attributes = Object.entries(headers)
    .filter(([name]) => name.startsWith('ce-'))
    .map(([name, value]): [string, Json] => [name.slice('ce-'.length), percentDecoded(value)]);
  const type = headers['content-type'];
  return {
    ...Object.fromEntries(attributes),
    ...(type !== undefined && { datacontenttype: type }),
    data,
  };
}

function percentDecoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function alertOf(event: Json): Alert | string {
  if (!isObject(event)) return 'it is no event';
  const missing = REQUIRED.filter((name) => text(member(event, name)) === '');
  if (missing.length > 0) return `it has no ${missing.join(', no ')}`;
  const [id, source, version, type] = REQUIRED.map((name) => text(member(event, name)));
  if (!/^1\.\d{1,3}$/.test(version ?? '')) return 'its specversion is not 1.0';
  const data = member(event, 'data') ?? null;
  const within = type === OF_FALCO && isFalcoEvent(data) ? falcoAlert(data) : undefined;
  return {
    kind: within?.kind ?? 'finding',
    identity: within?.identity ?? [source ?? '', id ?? ''],
    occurred_at: instant(member(event, 'time')),
    title: titleOf(event),
    facts: within?.kind === 'health' ? { ...event, health: within.facts['health'] ?? null } : event,
  };
}

function titleOf(event: JsonObject): string {
  const titles = [
    ...['rule', 'title', 'summary'].map((name) => member(event, 'data', name)),
    member(event, 'type'),
  ];
  return titles.map(text).find((title) => title !== '') ?? '';
}

/** JSON Event Format, "Handling of data": the two exclude each other. */
function disagreementsOf(event: Json): string[] {
  const hasBoth = ['data', 'data_base64'].every((name) => member(event, name) !== undefined);
  return hasBoth ? ['an event has both data and data_base64'] : [];
}
