import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cameTrue } from '../freeze/poll.ts';
import { stopAll } from '../freeze/stop-signal.ts';
import { cgroupDirectory } from '../subjects/cgroup-tree.ts';
import { unlessGone } from '../subjects/gone.ts';
import type { RuntimeContainer } from '../subjects/locate-subject.ts';
import { sendSignal } from '../subjects/send-signal.ts';
import { type Contained, isAlive } from './find-contained.ts';
import type { KnownProcess } from './records.ts';
import { neverRestart, restartPolicyOf } from './restart-off.ts';
import type { Measured, Step } from './step.ts';

/** A process dies within milliseconds of the signal, unless it sleeps uninterruptibly. */
const KILL_WITHIN_MS = 5_000;

/** In an answer; how many there are is in its sentence. */
const MOST_NAMED = 64;

/** Ends every process of the subject: by its runtime, by its cgroup at once, or one by one. */
export const kill: Step = {
  method: ({ subject, cgroup }) => {
    if (subject.kind === 'container') return 'runtime_kill';
    return cgroup === '' ? 'sigkill' : 'cgroup_kill';
  },
  measure,
  prepare: async ({ container }) => restartPolicyOf(container),
  apply: async (at) => {
    await apply(at);
    return {};
  },
  release: async () => 'what is dead stays dead',
};

/** By /proc and the cgroup's own count, and for a container by what its runtime says. */
async function measure(at: Contained): Promise<Measured> {
  const { cgroup, record } = at;
  const left = await whatIsLeft(at);
  if (left !== null) return { in_force: false, ...left };
  // Where processes share a cgroup with others, one that was never seen cannot be told from those.
  const extent = at.subject.kind === 'process' && cgroup === '' ? 'that was known of it ' : '';
  const reading = { processes: [], populated: false, running: false };
  return { in_force: record !== null, detail: `no process ${extent}is left`, reading };
}

async function whatIsLeft(at: Contained): Promise<Omit<Measured, 'in_force'> | null> {
  const living = livingOf(at);
  const populated = at.cgroup !== '' && isPopulated(at.cgroup);
  const running = at.container !== null && (await runs(at.container));
  if (living.length === 0 && !populated && !running) return null;
  return {
    detail: `${living.length} of its processes live${running ? ', and its runtime runs it' : ''}`,
    reading: { processes: living.slice(0, MOST_NAMED), populated, running },
  };
}

async function apply(at: Contained): Promise<void> {
  const giveUpAt = performance.now() + KILL_WITHIN_MS;
  const { container, cgroup } = at;
  if (container !== null) await killContainer(container);
  // Also behind a runtime that has objected.
  if (cgroup === '') await killTree(at, giveUpAt);
  else killCgroup(cgroup);
  await cameTrue(async () => (await whatIsLeft(at)) === null, giveUpAt);
}

/** What would be started again is not dead. A runtime thaws what it kills. */
async function killContainer(container: RuntimeContainer): Promise<void> {
  await neverRestart(container);
  await container.engine.kill(container.facts.Id);
}

/** All of it at once, frozen or not (cgroups of version 2, Linux 5.14). */
function killCgroup(path: string): void {
  unlessGone(() => writeFileSync(join(cgroupDirectory(path), 'cgroup.kill'), '1'));
}

/** Stopped first, so that none of them leaves children behind while the others die. */
async function killTree({ processes, lookAgain }: Contained, giveUpAt: number): Promise<void> {
  await stopAll(() => lookAgain().map(({ pid }) => pid), giveUpAt);
  const known = [...processes, ...lookAgain()];
  await cameTrue(() => {
    const living = known.filter(isAlive);
    for (const { pid } of living) sendSignal(pid, 'SIGKILL');
    return living.length === 0;
  }, giveUpAt);
}

function livingOf({ processes, lookAgain }: Contained): KnownProcess[] {
  const known = [...processes, ...lookAgain()].filter(isAlive);
  return known.filter(({ pid }, at) => known.findIndex((each) => each.pid === pid) === at);
}

/** By the kernel's count, in which one that has ended is none. */
function isPopulated(path: string): boolean {
  const file = join(cgroupDirectory(path), 'cgroup.events');
  return (
    unlessGone(() => readFileSync(file, 'utf8'))
      ?.split('\n')
      .includes('populated 1') ?? false
  );
}

async function runs({ engine, facts }: RuntimeContainer): Promise<boolean> {
  const state = (await engine.inspect(facts.Id))?.State;
  return state !== undefined && (state.Running || state.Restarting);
}
