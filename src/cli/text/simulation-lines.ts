import type { SimulatedIncident } from '../../intake/simulate.ts';
import type { PolicySimulation } from '../roots.ts';
import { counted } from './counted.ts';
import { severityStyle, type Paint } from './paint.ts';
import { table, type Cell } from './table.ts';

/** Incident by incident what would have been different, and at the end of how many. */
export function simulationLines({ incidents, different }: PolicySimulation, paint: Paint): string {
  const looked = `of ${counted(incidents, 'incident')}`;
  const sum =
    different.length === 0
      ? `None ${looked} would have been answered differently.`
      : `${different.length} ${looked} would have been answered differently.`;
  return [...different.map((incident) => incidentLines(incident, paint)), sum].join('\n');
}

function incidentLines(incident: SimulatedIncident, paint: Paint): string {
  const { incident_id, severity, source, changes } = incident;
  const head = [
    paint('bold', incident_id),
    paint(severityStyle(severity), severity),
    incident.class,
    paint('dim', `by ${source}`),
  ].join('  ');
  const rows = changes.flatMap(({ what, added, removed }) =>
    [
      ...removed.map((text): Cell => ({ text: `- ${text}`, style: 'bad' })),
      ...added.map((text): Cell => ({ text: `+ ${text}`, style: 'good' })),
    ].map((cell, at): Cell[] => [{ text: at === 0 ? what : '', style: 'dim' }, cell]),
  );
  return `${head}\n${table(rows, paint, '  ')}`;
}
