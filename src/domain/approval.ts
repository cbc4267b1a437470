import { epochMs } from './instant.ts';
import type { Decision } from './playbook-progress.ts';

/** What is asked for: of which step, of which containment, at which time (epoch ms). */
interface Asked {
  step: string;
  binding: string;
  atMs: number;
}

interface Needed {
  persons: number;
  within_ms: number;
}

/** True where enough distinct persons have approved, within time of each other, of the containment as it is. */
export function isApproved(decisions: readonly Decision[], asked: Asked, needed: Needed): boolean {
  return approversOf(decisions, asked, needed).size >= needed.persons;
}

/** Whose approval counts. One that is enough by itself does so of whatever containment, and for ever. */
export function approversOf(
  decisions: readonly Decision[],
  { step, binding, atMs }: Asked,
  { persons, within_ms }: Needed,
): Set<string> {
  const approvals = decisions.filter(
    (decision) =>
      decision.step === step &&
      decision.verdict === 'approve' &&
      (persons === 1 || (decision.binding === binding && atMs - epochMs(decision.at) <= within_ms)),
  );
  return new Set(approvals.map(({ by }) => by));
}
