import type { SplitDocument } from '../../domain/alert.ts';
import { Fault } from '../../domain/fault.ts';
import type { Principal } from '../../domain/principal.ts';
import type { AlertReceipt, Delivery } from '../../intake/alert-intake.ts';
import type { ShimDeps } from '../deps.ts';
import { refuse } from '../refuse.ts';
import { answersFor } from './answers.ts';
import { documentsOf, type Documents } from './documents.ts';
import { holdToFormat, holdToRate, type Door } from './door.ts';
import type { AlertFormat, Envelope } from './format.ts';
import { inflate, isPlain, MOST_INFLATED_BYTES } from './inflate.ts';
import { recogniseFormat } from './recognise.ts';
import { splitAll } from './split-all.ts';

/** All of a delivery is one transaction of the ledger, during which the others wait. */
const MOST_ALERTS = 10_000;

/** However short they are, each value takes its time and its memory; no alert has so many for its bytes. */
const MOST_VALUES = 200_000;

/** What is in no format at the beginning will not be later on. */
const MOST_RECOGNISED = 100;

/** Of a common alert. One of many bytes or values counts as many, because it takes as long to be read. */
const BYTES_OF_AN_ALERT = 4_096;
const VALUES_OF_AN_ALERT = 100;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads a delivery and hands it to the intake: what this returns is in the ledger. `asked` is the format that the sender
 * says it is in; null to go by the document. What cannot be read is kept all the same, with the code of the refusal.
 */
export async function deliver(
  principal: Principal,
  delivery: Delivery,
  asked: AlertFormat | null,
  { door, log }: Pick<ShimDeps, 'door' | 'log'>,
): Promise<AlertReceipt> {
  const leave = await door.open.enter(openBytes(delivery));
  try {
    // Its sender's other deliveries may have been read while this one waited.
    holdToRate(door, principal, asked?.name ?? null);
    const inflated = await inflate(delivery.bytes, delivery.headers['content-encoding'] ?? '');
    const { format, document, cost } = await door.shifts.one(() =>
      read(principal, { ...delivery, bytes: inflated }, asked, door),
    );
    pay(door, principal, cost);
    return await door.intake.take(principal, delivery, format.name, document);
  } catch (error) {
    if (error instanceof Fault && error.retryable) throw error;
    const code = error instanceof Fault ? error.code : 'internal';
    const about = { principal: principal.name, delivery: delivery.sha256, code };
    log.warn(about, 'a delivery was refused, and is kept as it came');
    pay(door, principal, costOf(1, delivery.bytes, 0));
    await door.intake.keepUnread(principal, delivery, code);
    throw error;
  } finally {
    leave();
  }
}

function openBytes({ bytes, headers }: Delivery): number {
  return isPlain(headers['content-encoding'] ?? '') ? bytes.length : MOST_INFLATED_BYTES;
}

/** In alerts, as the rate counts them. */
function costOf(parts: number, bytes: Uint8Array, values: number): number {
  return Math.max(1, parts, bytes.length / BYTES_OF_AN_ALERT, values / VALUES_OF_AN_ALERT);
}

function pay({ rate, detectors }: Door, principal: Principal, cost: number): void {
  rate.spend(principal.name, detectors.rateOf(principal), cost);
}

interface Read {
  format: AlertFormat;
  document: SplitDocument;
  cost: number;
}

/** What was inflated. Refuses whatever holds nothing that can be handed on. */
function read(
  principal: Principal,
  { bytes, headers }: Pick<Delivery, 'bytes' | 'headers'>,
  asked: AlertFormat | null,
  door: Door,
): Read {
  const values = valuesIn(bytes);
  const documents = documentsOf(decode(bytes), headers['content-type'] ?? '');
  refuseNoDocument(documents);
  const format = asked ?? recognised(documents, { headers }, door.formats);
  if (asked === null) holdToFormat(door, principal, format.name);
  const document = splitAll(documents, format, { headers });
  const parts = document.alerts.length + document.refused.length;
  if (parts > MOST_ALERTS) {
    refuse('too_many_alerts', `A delivery may hold ${MOST_ALERTS} alerts; this one has ${parts}`);
  }
  refuseNoAlert(document, format, documents, { headers }, door.formats);
  return { format, document, cost: costOf(parts, bytes, values) };
}

/** A comma stands between any two of them, and costs next to nothing to be counted. */
function valuesIn(bytes: Uint8Array): number {
  const comma = ','.charCodeAt(0);
  let commas = 0;
  // An iterator of bytes takes as long as all else that is done with them.
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === comma) commas++;
  if (commas < MOST_VALUES) return commas + 1;
  return refuse('body_too_large', `The body has more than ${MOST_VALUES} values`);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return refuse('bad_utf8', 'The body is not UTF-8');
  }
}

function refuseNoDocument({ documents, refused }: Documents): void {
  if (documents.length > 0) return;
  const [first] = refused;
  refuse('bad_json', `The body is not acceptable JSON: ${first?.reason ?? 'it is empty'}`);
}

function recognised(
  { documents }: Documents,
  envelope: Envelope,
  formats: readonly AlertFormat[],
): AlertFormat {
  for (const document of documents.slice(0, MOST_RECOGNISED)) {
    const found = recogniseFormat(document, envelope, formats);
    if ('format' in found) return found.format;
  }
  const tried = formats.map(({ name }) => name).join(', ');
  return refuse('unknown_format', `The body is in no format that is known; tried were ${tried}`);
}

/** An empty list says that there is nothing, which is something; a list of nothing but mistakes is one. */
function refuseNoAlert(
  { alerts, refused }: SplitDocument,
  format: AlertFormat,
  { documents }: Documents,
  envelope: Envelope,
  formats: readonly AlertFormat[],
): void {
  const [first] = refused;
  if (alerts.length > 0 || first === undefined) return;
  if (answersFor(format.name).nothingReadable === 200) return;
  const [document = null] = documents;
  const other = recogniseFormat(document, envelope, formats);
  const hint = 'format' in other && other.format !== format ? `; it is ${other.format.name}` : '';
  refuse('invalid_alert', `No part of it is an alert of ${format.title}: ${first.reason}${hint}`);
}
