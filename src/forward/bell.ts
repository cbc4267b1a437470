/** Wakes all who wait for it; those who come later wait for the next time. */
export interface Bell {
  ring(): void;
  /** Resolves when it rings, when `ms` have passed, or when the signal aborts. Never rejects. */
  heard(ms: number, stopping: AbortSignal): Promise<void>;
}

export function createBell(): Bell {
  let waiting = new Set<() => void>();
  return {
    ring: () => {
      const woken = waiting;
      waiting = new Set();
      for (const wake of woken) wake();
    },
    heard: (ms, stopping) =>
      new Promise((resolve) => {
        if (stopping.aborted) return resolve();
        const wake = () => {
          clearTimeout(timer);
          waiting.delete(wake);
          stopping.removeEventListener('abort', wake);
          resolve();
        };
        const timer = setTimeout(wake, ms);
        waiting.add(wake);
        stopping.addEventListener('abort', wake);
      }),
  };
}
