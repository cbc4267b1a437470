import type { FreezeAnswer } from '../../domain/host-capture.ts';
import type { HostSubject } from '../../domain/host-subject.ts';
import { type FoundSubject, findSubject } from '../subjects/find-subject.ts';
import { isAskedToFreeze, isFrozen, setFrozen } from './cgroup-freezer.ts';
import { areStopped, continueAll, stopAll } from './stop-signal.ts';

/** The kernel needs milliseconds; a thread that sleeps uninterruptibly may need a disk, or never come. */
const FREEZE_WITHIN_MS = 5_000;

/**
 * Stands the subject still, whether it stood already or not. Nothing is remembered: it stays so when the agent ends.
 * Throws the Faults of `findSubject`.
 */
export function freezeSubject(
  subject: HostSubject,
  allowed: readonly string[],
): Promise<FreezeAnswer> {
  return acted(subject, allowed, async (cgroup, pids, giveUpAt) => {
    const byFreezer = cgroup !== '';
    if (byFreezer) await setFrozen(cgroup, true, giveUpAt);
    else await stopAll(pids, giveUpAt);
    return byFreezer;
  });
}

/** Undoes what holds the subject, as the kernel shows it: the freezer of its cgroup, else SIGSTOP. */
export function thawSubject(
  subject: HostSubject,
  allowed: readonly string[],
): Promise<FreezeAnswer> {
  return acted(subject, allowed, async (cgroup, pids, giveUpAt) => {
    const byFreezer = cgroup !== '' && isAskedToFreeze(cgroup);
    if (byFreezer) await setFrozen(cgroup, false, giveUpAt);
    else await continueAll(pids, giveUpAt);
    return byFreezer;
  });
}

/** What holds the subject at this moment; null where a part of it runs. */
export function holdOf({ pids, cgroup }: FoundSubject): FreezeAnswer['method'] | null {
  if (cgroup !== '' && isFrozen(cgroup)) return 'cgroup_freezer';
  return areStopped(pids) ? 'sigstop' : null;
}

/** `act` says whether it did it by the freezer, and finds the processes anew as often as it looks. */
async function acted(
  subject: HostSubject,
  allowed: readonly string[],
  act: (cgroup: string, pids: () => number[], giveUpAt: number) => Promise<boolean>,
): Promise<FreezeAnswer> {
  const startedAt = performance.now();
  const { cgroup } = findSubject(subject, allowed);
  const pids = () => findSubject(subject, allowed).pids;
  const byFreezer = await act(cgroup, pids, startedAt + FREEZE_WITHIN_MS);
  const method = byFreezer ? 'cgroup_freezer' : 'sigstop';
  return measured(heldIn(cgroup, subject), allowed, method, startedAt);
}

/** A process may have ended before its cgroup froze; what is left of the subject is in there. */
function heldIn(cgroup: string, subject: HostSubject): HostSubject {
  return cgroup === '' ? subject : { kind: 'cgroup', path: cgroup };
}

function measured(
  subject: HostSubject,
  allowed: readonly string[],
  method: FreezeAnswer['method'],
  startedAt: number,
): FreezeAnswer {
  const found = findSubject(subject, allowed);
  return {
    schema: 'host-freeze/1',
    frozen: holdOf(found) !== null,
    method,
    processes: found.pids.length,
    took_ms: performance.now() - startedAt,
  };
}
