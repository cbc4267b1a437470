import type { Replay, Replayed, ReplayStep } from '../../evidence/replay.ts';
import { eventSentence } from './event-sentence.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';
import { moment } from './time.ts';

const RECORDS = {
  same: 'its record is what the entries lead to',
  ahead: 'its record is what the entries lead to, before the last of them',
  entries_left_out: 'not compared with its record: entries are left out of the bundle',
  unknown_event: 'not compared with its record: this version does not know one of the events',
} as const satisfies Record<Replayed['record'], string>;

/** The decisions of a bundle, one a line: when, who, what and why, and the state that came of it. */
export function replayLines(replay: Replay, paint: Paint): string {
  if (!replay.valid) return `${paint('bad', replay.incident_id)}: ${replay.detail}`;
  const rows = replay.steps.map((step, i) => row(step, replay.steps[i - 1]));
  const records = replay.incidents.map(({ incident_id, record }) => {
    const style = record === 'same' ? 'good' : 'warning';
    return `${incident_id}: ${paint(style, RECORDS[record])}`;
  });
  return [...(rows.length === 0 ? [] : [table(rows, paint)]), ...records].join('\n');
}

function row({ entry, event, state }: ReplayStep, before: ReplayStep | undefined) {
  const changed = state !== null && state !== before?.state ? `→ ${state}` : '';
  const why = event === null ? 'not known to this version' : eventSentence(event.event);
  return [
    { text: moment(entry.at), style: 'dim' },
    { text: entry.type, style: 'bold' },
    `by ${entry.actor}`,
    changed,
    why,
  ] as const;
}
