import { furtherOf } from '../../domain/incident.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Subject } from '../../domain/report.ts';
import { counted } from './counted.ts';
import { moment } from './time.ts';
import { triageLine } from './triage-line.ts';

/** Of many subjects, as many as a person reads. */
const SUBJECTS_SHOWN = 5;

/** `host web-1, agent planner`. */
export function subjectLine(subject: Subject): string {
  return Object.entries(subject)
    .map(([field, name]) => `${field} ${name}`)
    .join(', ');
}

/** What the alerts of its cause have come to, by name; '' where there is nothing to say. */
export function alertFacts(incident: Incident): [string, string][] {
  // The record of an earlier version knows of no alerts.
  const known: Partial<Incident> = incident;
  const { alert = null, triage = null, observations = null } = known;
  const { related = [], raised_at = '' } = known;
  const further = furtherOf(incident);
  const shown = further.slice(0, SUBJECTS_SHOWN).map(subjectLine);
  const more = further.length > shown.length ? [`${further.length - shown.length} more`] : [];
  return [
    ['Also about', [...shown, ...more].join('; ')],
    ['Alert', alert === null ? '' : `${alert.format}, by the rule ${alert.rule}: ${alert.title}`],
    ['Triage', triage === null ? '' : triageLine(triage)],
    ['Seen again', observations === null ? '' : seenAgain(observations)],
    ['Raised', moment(raised_at)],
    [
      'Related',
      related.map(({ as, incident_id }) => `${as.replace('_', ' ')} ${incident_id}`).join(', '),
    ],
  ];
}

function seenAgain({ count, last_at, aggregated }: NonNullable<Incident['observations']>): string {
  const times = `${counted(count, 'time')}, the last of ${moment(last_at)}`;
  return aggregated === 0 ? times : `${times}; ${aggregated} of them are told together`;
}
