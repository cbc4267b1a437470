import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { eventIn } from '../../domain/recorded.ts';
import { eventSentence } from './event-sentence.ts';
import type { Paint, Style } from './paint.ts';
import { moment } from './time.ts';

const NAME_WIDTH = 18;
const STYLES: Readonly<Record<string, Style>> = {
  escalated: 'bad',
  raised: 'bad',
  containment_failed: 'bad',
  breaker_held: 'bad',
  breaker_tripped: 'bad',
  sla_breached: 'bad',
  alert: 'bad',
  reported: 'warning',
  contained: 'good',
  released: 'good',
};

/** One ledger entry on one line: when, of which incident, what, and the sentence that tells it. */
export function entryLine(entry: LedgerEntry, paint: Paint, options = { incident: true }): string {
  const event = eventIn(entry);
  const name = paint(STYLES[entry.type] ?? 'bold', entry.type.padEnd(NAME_WIDTH));
  const what = event === null ? `by ${entry.actor}` : eventSentence(event.event);
  const when = paint('dim', moment(entry.at));
  const whose = options.incident
    ? [entry.incident_id.padEnd('INC-YYYYMMDD-HHMMSS-xxxxxxxx'.length)]
    : [];
  return [when, ...whose, name, what].join('  ');
}
