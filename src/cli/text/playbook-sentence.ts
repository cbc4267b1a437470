import type { CheckResult } from '../../domain/baseline-check.ts';
import type { IncidentEvent } from '../../domain/events.ts';
import type { PlaybookEvent } from '../../domain/playbook-fold.ts';
import { counted } from './counted.ts';

type AboutPlaybook = PlaybookEvent | Extract<IncidentEvent, { type: 'reopened' }>;

/** The same of what happens by the incident's playbook. */
export function playbookSentence(event: AboutPlaybook): string {
  switch (event.type) {
    case 'scoped':
      return reached(event.reaches);
    case 'scope_unknown':
      return `what it can have reached is not known yet: ${event.reason}`;
    case 'decided':
      return `${event.step}: ${event.verdict}, by ${event.by}${noted(event.note)}`;
    case 'engaged':
      return `${event.step}: ${event.actions.map(({ action }) => action).join(', ') || 'there is nothing to do it to'}`;
    case 'task_assigned':
      return `${event.task} to ${event.to}, by ${event.by}`;
    case 'task_done':
      return `${event.task}, by ${event.by}${noted(event.note)}${attached(event.evidence.length)}`;
    case 'checked':
      return event.results.map(compared).join('; ');
    case 'watch_began':
      return `the same again until ${event.until} will be linked to this one`;
    case 'watch_over':
      return 'it did not happen again while it was watched';
    case 'reviewed':
      return `signed by ${event.by}, ${event.document.sha256.slice(0, 12)}…${noted(event.note)}`;
    case 'reopened':
      return event.way === 'as' ? `it is back, as ${event.other}` : `${event.other} is back`;
  }
}

function reached(reaches: Extract<PlaybookEvent, { type: 'scoped' }>['reaches']): string {
  const found = Object.entries(reaches).filter(([, things]) => things.length > 0);
  if (found.length === 0) return 'it can have reached nothing that is known';
  return `it can have reached ${found.map(([reach, { length }]) => `${length} ${reach}`).join(', ')}`;
}

function compared({ check, verdict, detail }: CheckResult): string {
  return verdict === 'pass' ? `${check} passes` : `${check}: ${verdict} (${detail})`;
}

function attached(count: number): string {
  return count === 0 ? '' : `, ${counted(count, 'artifact')} attached`;
}

function noted(note: string): string {
  return note === '' ? '' : `: ${note}`;
}
