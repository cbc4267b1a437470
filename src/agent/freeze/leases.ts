import type { BootClock } from './boot-clock.ts';
import { type Lease, type LeaseFiles, leaseId } from './lease-files.ts';

/** The leases that run, each with its timer and its file. */
export interface Leases {
  all(): Lease[];
  /** The lease of this holder on this subject, if it runs. */
  find(lease: Pick<Lease, 'holder' | 'subject'>): Lease | undefined;
  /** Begins it, or renews the one of the same holder on the same subject. Returns when it is durable. */
  begin(lease: Lease): void;
  /** Lets it run out after this time instead. */
  postpone(lease: Lease, ms: number): void;
  end(lease: Lease): void;
}

/** Takes up those of an agent that was here before; what has run out meanwhile runs out at once. */
export function openLeases(
  files: LeaseFiles,
  clock: BootClock,
  ranOut: (lease: Lease) => void,
): Leases {
  const running = new Map<string, { lease: Lease; timer: NodeJS.Timeout }>();
  const postpone = (lease: Lease, ms: number) => {
    const id = leaseId(lease);
    clearTimeout(running.get(id)?.timer);
    const timer = setTimeout(() => ranOut(lease), Math.max(0, ms));
    // An agent that is stopped leaves them to the next one.
    running.set(id, { lease, timer: timer.unref() });
  };
  const left = (lease: Lease) => lease.until_ms - clock.nowMs();
  for (const lease of files.all()) {
    if (lease.boot_id === clock.bootId) postpone(lease, left(lease));
    else files.remove(lease);
  }
  return {
    all: () => [...running.values()].map(({ lease }) => lease),
    find: (lease) => running.get(leaseId(lease))?.lease,
    begin: (lease) => {
      files.write(lease);
      postpone(lease, left(lease));
    },
    postpone,
    end: (lease) => {
      const id = leaseId(lease);
      clearTimeout(running.get(id)?.timer);
      running.delete(id);
      files.remove(lease);
    },
  };
}
