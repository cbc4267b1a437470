import type { FreezeAnswer } from '../../domain/host-capture.ts';
import type { HostSubject, KernelSubject } from '../../domain/host-subject.ts';
import type { HostScope } from '../host-scope.ts';
import { findSubject, type FoundSubject } from '../subjects/find-subject.ts';
import { locateRunning } from '../subjects/locate-subject.ts';
import { isAskedToFreeze, isFrozen, setFrozen } from './cgroup-freezer.ts';
import { isFrozenByV1 } from './freezer-v1.ts';
import { pauseContainer, unpauseContainer } from './pause-container.ts';
import { areStopped, continueAll, stopAll } from './stop-signal.ts';

/** The kernel needs milliseconds; a thread that sleeps uninterruptibly may need a disk, or never come. */
const FREEZE_WITHIN_MS = 5_000;

type Method = FreezeAnswer['method'];

/**
 * Stands the subject still, whether it stood already or not. Nothing is remembered: it stays so when the agent ends.
 * Throws the Faults of `locateRunning` and `findSubject`.
 */
export function freezeSubject(subject: HostSubject, scope: HostScope): Promise<FreezeAnswer> {
  return acted(subject, scope, pauseContainer, async (cgroup, pids, giveUpAt) => {
    const byFreezer = cgroup !== '';
    if (byFreezer) await setFrozen(cgroup, true, giveUpAt);
    else await stopAll(pids, giveUpAt);
    return byFreezer;
  });
}

/** Undoes what holds the subject, as the kernel shows it: the freezer of its cgroup, else SIGSTOP. */
export function thawSubject(subject: HostSubject, scope: HostScope): Promise<FreezeAnswer> {
  return acted(subject, scope, unpauseContainer, async (cgroup, pids, giveUpAt) => {
    const byFreezer = cgroup !== '' && isAskedToFreeze(cgroup);
    if (byFreezer) await setFrozen(cgroup, false, giveUpAt);
    else await continueAll(pids, giveUpAt);
    return byFreezer;
  });
}

/** The same measurement without acting, and the processes of the subject. Throws the same Faults. */
export async function lookAtSubject(
  subject: HostSubject,
  scope: HostScope,
): Promise<{ answer: FreezeAnswer; pids: number[] }> {
  const startedAt = performance.now();
  const { subject: local, container } = await locateRunning(subject, scope);
  const found = findSubject(local, scope.cgroups);
  const hold = holdOf(found);
  const own = hold ?? (found.cgroup === '' ? 'sigstop' : 'cgroup_freezer');
  const method = container === null ? own : 'runtime_pause';
  // What was frozen behind its runtime's back may be let run by it at any moment.
  const frozen = hold !== null && (container === null || container.facts.State.Paused);
  const processes = found.pids.length;
  return { answer: answer({ frozen, method, processes, startedAt }), pids: found.pids };
}

/** What holds the subject at this moment; null where a part of it runs. */
export function holdOf({ pids, cgroup }: FoundSubject): Exclude<Method, 'runtime_pause'> | null {
  if (cgroup !== '' && isFrozen(cgroup)) return 'cgroup_freezer';
  if (pids.length > 0 && pids.every(isFrozenByV1)) return 'cgroup_freezer';
  return areStopped(pids) ? 'sigstop' : null;
}

/**
 * `byRuntime` acts on a container and says whether its runtime calls it paused. `act` does the rest: it says whether
 * it did it by the freezer, and finds the processes anew as often as it looks.
 */
async function acted(
  subject: HostSubject,
  scope: HostScope,
  byRuntime: typeof pauseContainer,
  act: (cgroup: string, pids: () => number[], giveUpAt: number) => Promise<boolean>,
): Promise<FreezeAnswer> {
  const startedAt = performance.now();
  const { subject: local, container } = await locateRunning(subject, scope);
  const { cgroup } = findSubject(local, scope.cgroups);
  if (container !== null) {
    const isPaused = await byRuntime(container);
    const found = findSubject(local, scope.cgroups);
    const frozen = isPaused && holdOf(found) !== null;
    return answer({ frozen, method: 'runtime_pause', processes: found.pids.length, startedAt });
  }
  const pids = () => findSubject(local, scope.cgroups).pids;
  const byFreezer = await act(cgroup, pids, startedAt + FREEZE_WITHIN_MS);
  const found = findSubject(heldIn(cgroup, local), scope.cgroups);
  return answer({
    frozen: holdOf(found) !== null,
    method: byFreezer ? 'cgroup_freezer' : 'sigstop',
    processes: found.pids.length,
    startedAt,
  });
}

/** A process may have ended before its cgroup froze; what is left of the subject is in there. */
function heldIn(cgroup: string, subject: KernelSubject): KernelSubject {
  return cgroup === '' ? subject : { kind: 'cgroup', path: cgroup };
}

function answer({
  startedAt,
  ...measured
}: Pick<FreezeAnswer, 'frozen' | 'method' | 'processes'> & { startedAt: number }): FreezeAnswer {
  return { schema: 'host-freeze/1', ...measured, took_ms: performance.now() - startedAt };
}
