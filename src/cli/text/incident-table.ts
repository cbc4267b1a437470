import type { Incident } from '../../domain/incident-record.ts';
import { awaitedBy } from '../awaited.ts';
import { severityStyle, statusStyle, type Paint } from './paint.ts';
import { tableWithHead, type Cell } from './table.ts';
import { moment } from './time.ts';

const HEAD = ['id', 'severity', 'state', 'class', 'reported', 'awaits'];

export function incidentTable(incidents: readonly Incident[], paint: Paint): string {
  if (incidents.length === 0) return 'No incident matches.';
  return tableWithHead(HEAD, incidents.map(row), paint);
}

function row(incident: Incident): Cell[] {
  return [
    incident.id,
    { text: incident.severity, style: severityStyle(incident.severity) },
    { text: incident.state, style: statusStyle(incident.state) },
    incident.class,
    moment(incident.created_at),
    awaitedBy(incident)?.what ?? '',
  ];
}
