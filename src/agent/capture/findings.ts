import type { Verdict } from './collector.ts';

type Completeness = Verdict['completeness'];

/** From good to bad: an artifact is as whole as its worst part. */
const WORSE: readonly Completeness[] = ['complete', 'truncated', 'unsupported', 'failed'];

/** A host that is not to be trusted decides how much there is to say. */
const MOST_REMARKS = 100;

/** What a collector has to say of its work, told while it goes on. */
export interface Findings {
  /** The same remark twice is one that counts. Without names of files: the report is not encrypted. */
  note(remark: string): void;
  /** Lowers what the artifact may be called; the first reason for the worst is given. */
  lower(to: Completeness, reason: string): void;
  verdict(): Verdict;
}

export function startFindings(): Findings {
  const remarks = new Map<string, number>();
  let completeness: Completeness = 'complete';
  let reason = '';
  return {
    note(remark) {
      if (!remarks.has(remark) && remarks.size >= MOST_REMARKS) remark = 'further remarks';
      remarks.set(remark, (remarks.get(remark) ?? 0) + 1);
    },
    lower(to, why) {
      if (WORSE.indexOf(to) <= WORSE.indexOf(completeness)) return;
      completeness = to;
      reason = why;
    },
    verdict: () => ({ completeness, reason, notes: [...remarks].map(counted) }),
  };
}

function counted([remark, times]: [string, number]): string {
  return times === 1 ? remark : `${remark} (${times} times)`;
}
