import type { SplitDocument } from '../../domain/alert.ts';
import type { Documents } from './documents.ts';
import type { AlertFormat, Envelope } from './format.ts';

/** What all documents of a delivery hold, as if it were one. A document that could not be read is one part of it. */
export function splitAll(
  { documents, refused }: Documents,
  format: AlertFormat,
  envelope: Envelope,
): SplitDocument {
  const whole: SplitDocument = { alerts: [], refused: [], disagreements: [] };
  const reasons = new Map(refused.map(({ index, reason }) => [index, reason]));
  const unread = documents.values();
  let parts = 0;
  for (let place = 0; place < documents.length + refused.length; place++) {
    const reason = reasons.get(place);
    const split = reason === undefined ? next(unread, format, envelope) : unreadable(reason);
    // One by one: as arguments of a call, a document's parts may be more than the stack holds.
    for (const alert of split.alerts) whole.alerts.push(alert);
    for (const { index, reason: why } of split.refused) {
      whole.refused.push({ index: index + parts, reason: why });
    }
    for (const disagreement of split.disagreements) whole.disagreements.push(disagreement);
    parts += split.alerts.length + split.refused.length;
  }
  return whole;
}

function next(
  documents: Iterator<Documents['documents'][number]>,
  format: AlertFormat,
  envelope: Envelope,
): SplitDocument {
  const { value, done } = documents.next();
  return done === true ? unreadable('it is not there') : format.split(value, envelope);
}

function unreadable(reason: string): SplitDocument {
  return { alerts: [], refused: [{ index: 0, reason }], disagreements: [] };
}
