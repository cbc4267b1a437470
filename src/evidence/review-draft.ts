import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { listOf } from './markdown.ts';
import { headingOf } from './review-answers.ts';
import {
  actionsOf,
  capturedOf,
  checksOf,
  clocksOf,
  decisionsOf,
  factsOf,
  missedOf,
  tasksOf,
} from './review-parts.ts';
import { timelineOf } from './review-timeline.ts';

/**
 * What the ledger knows of an incident, in Markdown, with the questions of its playbook left to be answered. The same
 * ledger gives the same draft. Words that come from outside cannot be taken for a part of it.
 */
export function reviewDraft(incident: Incident, timeline: readonly LedgerEntry[]): string {
  const asks = incident.playbook?.plan.review.asks ?? [];
  return [
    `# Review of ${incident.id}\n`,
    listOf(factsOf(incident), ''),
    section('Timeline', timelineOf(timeline), 'The ledger has nothing of it.'),
    section('What was captured', capturedOf(incident), 'Nothing was.'),
    section('What was not captured', missedOf(incident), 'No collector fell short.'),
    section('Actions', actionsOf(incident), 'None was taken.'),
    section('Decisions', decisionsOf(incident), 'None was asked for.'),
    section('Tasks', tasksOf(incident), 'There were none.'),
    section('Clocks', clocksOf(incident), 'None ran.'),
    section('Checks', checksOf(incident), 'Nothing was compared.'),
    section('Root cause', tasksOf(incident, ['analyze']), 'No task has found one.'),
    section('Remediation', tasksOf(incident, ['remediate']), 'No task was about it.'),
    ...(asks.length === 0 ? [] : [`## To be answered\n`]),
    ...asks.map((ask) => `${headingOf(ask)}\n`),
  ].join('\n');
}

function section(title: string, lines: readonly string[], none: string): string {
  return `## ${title}\n\n${listOf(lines, none)}`;
}
