import type { System } from './systems.ts';
import type { TargetsPolicy } from './targets.ts';

/** The host that the practice range plays, where it has a TPM to play it with. */
export const PRACTICE_HOST = 'practice-host';

/** The sockets of the practice range are in this directory, below CORDON_HOME. */
const RANGE_SOCKETS = 'run/';

/** True where every target and system is a stand-in, so that a rehearsal contains nothing real. */
export function isPracticeRange({
  targets,
  systems,
}: Pick<TargetsPolicy, 'targets' | 'systems'>): boolean {
  return [...Object.values(targets), ...Object.values(systems).flatMap(placesOf)].every(
    ({ unix }) => unix?.startsWith(RANGE_SOCKETS) === true,
  );
}

/** Cordon itself is at no other place, and what is done to it is undone by those who rehearse. */
function placesOf(system: System): { unix?: string | undefined }[] {
  if (system.kind === 'cordon') return [];
  return system.kind === 'onepassword' ? [system, system.issuer] : [system];
}
