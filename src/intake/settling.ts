import type { Outbox } from '../domain/ledger.ts';

/** Cheap beside the life that is waited for, and short beside its containment. */
const LOOK_EVERY_MS = 20;

/** One whose targets are slow waits for them and not for us; the others go on. */
const PATIENCE_MS = 1_500;

/** Resolves when a started incident needs little more of the machine: its first attempts are over. */
export interface Settling {
  until(incidentId: string): Promise<void>;
}

export function createSettling(outbox: Pick<Outbox, 'attempted'>, now: () => number): Settling {
  const waiting = new Map<string, { sinceMs: number; settle: () => void }>();
  let looking = false;

  return {
    until: (incidentId) =>
      new Promise((settle) => {
        waiting.set(incidentId, { sinceMs: now(), settle });
        if (!looking) lookSoon();
      }),
  };

  function lookSoon(): void {
    looking = true;
    setTimeout(() => void look(), LOOK_EVERY_MS);
  }

  async function look(): Promise<void> {
    const attempted = new Set(await outbox.attempted([...waiting.keys()]).catch(() => []));
    for (const [incidentId, { sinceMs, settle }] of waiting) {
      if (!attempted.has(incidentId) && now() - sinceMs < PATIENCE_MS) continue;
      waiting.delete(incidentId);
      settle();
    }
    looking = false;
    if (waiting.size > 0) lookSoon();
  }
}
