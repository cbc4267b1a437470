import type { Taken } from '../src/domain/custodian.ts';
import type { Gap } from '../src/domain/events.ts';
import { Fault } from '../src/domain/fault.ts';
import type { HostAgent } from '../src/domain/host-agent.ts';
import type { HostSubject } from '../src/domain/host-subject.ts';

/** How long a subject stands still after its worker has died; its step is tried again well before. */
const LEASE_MS = 30_000;
/** Often enough to outlast two renewals that are lost. */
const RENEW_EVERY_MS = 8_000;

export interface Still {
  /** Null where it runs on; `to_ms` is null for as long as it stands. */
  frozen: Taken['frozen'];
  /** Why it runs on, or stands on. */
  gaps: Gap[];
  /** Lets it run again, unless others want it still. An agent that does not answer is a gap: its lease runs out. */
  letGo(): Promise<void>;
}

interface Held {
  host: string;
  subject: HostSubject;
  /** By whom the agent knows whose lease it is. */
  holder: string;
}

/** Freezes by a lease, and renews it. What runs on while it is captured from is captured all the same, and it is said. */
export async function keepStill(
  agent: Pick<HostAgent, 'freeze' | 'thaw'>,
  now: () => number,
  held: Held,
): Promise<Still> {
  const { host, subject, holder } = held;
  const from_ms = now();
  const ask = () => agent.freeze(host, subject, { holder, ms: LEASE_MS });
  const answer = await ask();
  if ('reason' in answer) return running(`${answer.reason}: ${answer.detail}`);
  const { frozen, method, leased } = answer.answer;
  if (!frozen && !leased) return running(`not frozen by ${method}`);
  const gaps = frozen ? [] : [{ collector: 'freeze', reason: `not frozen by ${method}` }];
  const still: Still = {
    frozen: frozen ? { method, from_ms, to_ms: null } : null,
    gaps,
    letGo: async () => undefined,
  };
  // Somebody else has frozen it, and for good.
  if (!leased) return still;
  const renewal = renewing(ask);
  still.letGo = async () => {
    await renewal.stop();
    const thawed = await answered(() => agent.thaw(host, subject, holder));
    if ('reason' in thawed)
      gaps.push({ collector: 'thaw', reason: `${thawed.reason}: ${thawed.detail}` });
    else if (still.frozen && !thawed.answer.frozen) still.frozen.to_ms = now();
  };
  return still;
}

function running(reason: string): Still {
  const gaps = [{ collector: 'freeze', reason }];
  return { frozen: null, gaps, letGo: async () => undefined };
}

/** What was captured by then is worth more than another attempt. */
async function answered<T>(ask: () => Promise<T>): Promise<T | { reason: string; detail: string }> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { reason: error.code, detail: error.message };
  }
}

/** A renewal that fails is made up for by the next. None is under way any more when it has stopped. */
function renewing(renew: () => Promise<unknown>): { stop(): Promise<void> } {
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    last = last.then(renew).catch(() => undefined);
  }, RENEW_EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await last;
    },
  };
}
