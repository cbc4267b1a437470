import type { AlertCount, ListedAlert } from '../alerts-api.ts';
import type { Paint } from './paint.ts';
import { type Cell, tableWithHead } from './table.ts';
import { moment } from './time.ts';

/** Enough to name one alert among those of an incident. */
const IDENTITY_SHOWN = 12;

export function listedTable(alerts: readonly ListedAlert[], paint: Paint): string {
  if (alerts.length === 0) return 'No alert matches.';
  const head = ['alert', 'received', 'source', 'outcome', 'rule', 'incident', 'title'];
  return tableWithHead(head, alerts.map(listedRow), paint);
}

function listedRow(alert: ListedAlert): Cell[] {
  const { identity, received_at, source, outcome, rule, reason, incident_id, title } = alert;
  return [
    identity.slice(0, IDENTITY_SHOWN),
    moment(received_at),
    source,
    { text: outcome, style: outcome === 'incident' ? 'bad' : 'plain' },
    rule,
    incident_id,
    reason === '' ? title : `${title} (${reason})`,
  ];
}

export function countTable(counts: readonly AlertCount[], paint: Paint): string {
  if (counts.length === 0) return 'No detector has sent anything yet.';
  const rows = counts.map(({ source, format, outcome, count, last_at }) => {
    return [source, format, outcome, String(count), moment(last_at)];
  });
  return tableWithHead(['source', 'format', 'outcome', 'count', 'last'], rows, paint);
}
