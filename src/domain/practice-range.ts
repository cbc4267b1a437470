import type { TargetsPolicy } from './targets.ts';

/** The host that the practice range plays, where it has a TPM to play it with. */
export const PRACTICE_HOST = 'practice-host';

/** The sockets of the practice range are in this directory, below CORDON_HOME. */
const RANGE_SOCKETS = 'run/';

/** True where every target is a stand-in, so that a rehearsal contains nothing real. */
export function isPracticeRange({ targets }: Pick<TargetsPolicy, 'targets'>): boolean {
  return Object.values(targets).every(({ unix }) => unix?.startsWith(RANGE_SOCKETS) === true);
}
