import type { CountedTimes } from '../../domain/events.ts';
import type { Subject } from '../../domain/report.ts';
import type { CauseRow } from './tables.ts';

/** A cause that an incident handles, read out of its row. */
export interface Cause extends Omit<CauseRow, 'subjects' | 'pending' | 'pending_ms'> {
  subjects: Subject[];
  pending: Pending | null;
}

/** Alerts that are counted, and of which no entry tells yet. Epoch ms. */
export interface Pending {
  source: string;
  reported_by: string;
  count: number;
  first_ms: number;
  last_ms: number;
  counted: CountedTimes | null;
  since_ms: number;
}

export function causeOf({ pending_ms: _since, ...row }: CauseRow): Cause {
  const subjects: Subject[] = JSON.parse(row.subjects);
  const pending: Pending | null = row.pending === '' ? null : JSON.parse(row.pending);
  return { ...row, subjects, pending };
}

export function causeRow({ subjects, pending, ...cause }: Cause): CauseRow {
  return {
    ...cause,
    subjects: JSON.stringify(subjects),
    pending: pending === null ? '' : JSON.stringify(pending),
    pending_ms: pending?.since_ms ?? 0,
  };
}
