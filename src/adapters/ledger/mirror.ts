import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Fault } from '../../domain/fault.ts';
import type { Followers, Head, Register } from '../../domain/ledger.ts';
import { type MirrorFile, mirrorFile } from './mirror-file.ts';

export interface MirrorLog {
  error(fields: object, message: string): void;
}

export interface MirrorDeps {
  path: string;
  register: Pick<Register, 'entriesAfter'>;
  followers: Pick<Followers, 'take'>;
  log: MirrorLog;
  now: () => number;
}

export interface Mirror {
  /** Something was committed. */
  poke(): void;
  /** Writes what is still missing and lets others go on. */
  stop(): Promise<void>;
}

/** How long a process that died keeps the file from others. */
const LEASE_MS = 10_000;

/** Also without a poke: other processes commit too, and a disk that was full is tried again. */
const INTERVAL_MS = 1_000;

/** After a commit others usually follow, and the same pass writes them all. */
const GATHER_MS = 25;

/** Entries written at once: more would keep the process busy for longer than requests should wait. */
const BATCH = 50;

/**
 * Keeps the JSONL file at what the ledger holds. Where to go on is read from the file itself, so a file that
 * lags, was cut or removed is made whole. A failure is told once and retried; the ledger never waits for it.
 */
export function startMirror(deps: MirrorDeps): Mirror {
  const writer = createMirrorWriter(deps, mirrorFile(deps.path));
  let running: Promise<void> | undefined;
  let poked = false;
  let failing = false;

  async function run(): Promise<void> {
    while (poked) {
      await sleep(GATHER_MS);
      poked = false;
      try {
        await writer.catchUp();
        failing = false;
      } catch (error) {
        if (!failing) deps.log.error({ err: error, path: deps.path }, 'The ledger mirror fails');
        failing = true;
      }
    }
    running = undefined;
  }

  const poke = () => {
    poked = true;
    running ??= run();
  };
  const timer = setInterval(poke, INTERVAL_MS);
  timer.unref();
  poke();

  return {
    poke,
    stop: async () => {
      clearInterval(timer);
      poke();
      await running;
      await writer.release();
    },
  };
}

/** Writes only while it holds the lease of the file. */
function createMirrorWriter({ path, register, followers, now }: MirrorDeps, file: MirrorFile) {
  const name = `mirror:${resolve(path)}`;
  const owner = randomUUID();
  let heldUntil = 0;

  async function holdsLease(): Promise<boolean> {
    const at = now();
    // Renewed at half time, so that following a busy ledger does not itself keep the ledger busy.
    if (heldUntil - at > LEASE_MS / 2) return true;
    const taken = await followers.take(name, owner, at, at + LEASE_MS);
    heldUntil = taken === null ? 0 : at + LEASE_MS;
    return taken !== null;
  }

  return {
    catchUp: async () => {
      while (await holdsLease()) {
        const end = await file.end();
        // The entry that the file ends with is read again: only its hash tells that it is of this ledger.
        const entries = await register.entriesAfter(end ? end.seq - 1 : 0, BATCH);
        const missing = end ? entries.slice(1) : entries;
        if (end) requireSame(end, entries[0]);
        if (missing.length === 0) return;
        await file.append(missing);
      }
    },
    release: async () => {
      if (heldUntil === 0) return;
      const at = now();
      await followers.take(name, owner, at, at).catch(() => null);
      heldUntil = 0;
    },
  };
}

/** Going on would hide that one of the two was changed. */
function requireSame(end: Head, entry: Head | undefined): void {
  if (entry?.seq === end.seq && entry.hash === end.hash) return;
  throw new Fault('mirror_diverged', `The mirror ends with an entry ${end.seq} that is not ours`, {
    retryable: false,
  });
}
