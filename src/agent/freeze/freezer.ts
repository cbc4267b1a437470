import { Fault } from '../../domain/fault.ts';
import type { FreezeAnswer, FreezeLease } from '../../domain/host-capture.ts';
import type { HostSubject } from '../../domain/host-subject.ts';
import { createTurns } from '../turns.ts';
import type { BootClock } from './boot-clock.ts';
import type { Lease, LeaseFiles } from './lease-files.ts';
import { type Leases, openLeases } from './leases.ts';

/** What could not be let go of is tried again after this. */
const RETRY_MS = 2_000;

/** What is done to a subject, and measured of it. */
export interface Holding {
  freeze(subject: HostSubject): Promise<FreezeAnswer>;
  thaw(subject: HostSubject): Promise<FreezeAnswer>;
  /** The same measurement without acting, and the processes of it. */
  look(subject: HostSubject): Promise<{ answer: FreezeAnswer; pids: readonly number[] }>;
}

/**
 * Freezes for good, or for a while. To contain is to freeze without a lease: that ends every lease on any of the same
 * processes, and no timer ever undoes it. To capture is to freeze with one, which is renewed as long as somebody
 * captures: when nobody does any more, whoever died, the subject runs again.
 */
export interface Freezer {
  /** With a lease, what stands still already by nobody's lease is left to whoever froze it: `leased` is then false. */
  freeze(subject: HostSubject, lease?: FreezeLease): Promise<FreezeAnswer>;
  /** As a holder: lets go of its lease alone, and thaws only what no other holds. Else thaws whatever holds it. */
  thaw(subject: HostSubject, holder?: string): Promise<FreezeAnswer>;
}

/** Takes up the leases of an agent that was here before. */
export function createFreezer(holding: Holding, files: LeaseFiles, clock: BootClock): Freezer {
  const turns = createTurns();
  // One after the other, whatever they are about: what is measured before acting must still be so.
  const inTurn = <T>(act: () => Promise<T>) => turns.take('', act);
  const leases = openLeases(files, clock, (lease) => {
    void inTurn(() => expire(holding, leases, lease));
  });
  return {
    freeze: (subject, wish) =>
      inTurn(() =>
        wish === undefined
          ? forGood(holding, leases, 'freeze', subject)
          : freezeForAWhile(holding, leases, leaseOf(subject, wish, clock)),
      ),
    thaw: (subject, holder) =>
      inTurn(async () => {
        if (holder === undefined) return forGood(holding, leases, 'thaw', subject);
        const lease = leases.find({ subject, holder });
        const answer = lease === undefined ? null : await letGo(holding, leases, lease);
        return answer ?? (await holding.look(subject)).answer;
      }),
  };
}

function leaseOf(subject: HostSubject, { holder, ms }: FreezeLease, clock: BootClock): Lease {
  const { bootId: boot_id } = clock;
  const until_ms = clock.nowMs() + ms;
  return { schema: 'host-freeze-lease/1', holder, subject, boot_id, until_ms };
}

async function forGood(
  holding: Holding,
  leases: Leases,
  act: 'freeze' | 'thaw',
  subject: HostSubject,
): Promise<FreezeAnswer> {
  await endAllOn(holding, leases, subject);
  return holding[act](subject);
}

async function freezeForAWhile(
  holding: Holding,
  leases: Leases,
  lease: Lease,
): Promise<FreezeAnswer> {
  const { answer, pids } = await holding.look(lease.subject);
  const isLeased = (await leasesOn(holding, leases, pids)).length > 0;
  if (answer.frozen && !isLeased) return { ...answer, leased: false };
  leases.begin(lease);
  return { ...(await holding.freeze(lease.subject)), leased: true };
}

async function expire(holding: Holding, leases: Leases, lease: Lease): Promise<void> {
  // Ended or renewed while it waited for its turn.
  if (leases.find(lease) !== lease) return;
  try {
    await letGo(holding, leases, lease);
  } catch {
    leases.postpone(lease, RETRY_MS);
  }
}

/** Thaws first: an agent that dies in between does it once more. Null where the subject is gone. */
async function letGo(holding: Holding, leases: Leases, lease: Lease): Promise<FreezeAnswer | null> {
  const seen = await orGone(holding.look(lease.subject));
  const holders = seen === null ? [] : await leasesOn(holding, leases, seen.pids);
  const isAlone = holders.every((holder) => holder === lease);
  const answer = seen && isAlone ? await orGone(holding.thaw(lease.subject)) : seen?.answer;
  leases.end(lease);
  return answer ?? null;
}

async function endAllOn(holding: Holding, leases: Leases, subject: HostSubject): Promise<void> {
  const { pids } = await holding.look(subject);
  for (const lease of await leasesOn(holding, leases, pids)) leases.end(lease);
}

/** One process may be named by its number, by its cgroup, or by a parent of either. */
async function leasesOn(
  { look }: Holding,
  leases: Leases,
  pids: readonly number[],
): Promise<Lease[]> {
  const found: Lease[] = [];
  for (const lease of leases.all()) {
    const held = (await orGone(look(lease.subject)))?.pids ?? [];
    if (held.some((pid) => pids.includes(pid))) found.push(lease);
  }
  return found;
}

async function orGone<T>(looking: Promise<T>): Promise<T | null> {
  try {
    return await looking;
  } catch (error) {
    if (error instanceof Fault && error.code === 'subject_not_found') return null;
    throw error;
  }
}
