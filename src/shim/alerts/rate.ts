import type { AlertRate } from '../../domain/reporter.ts';

/** A token bucket for each sender, of alerts and not of requests. Each server counts for itself. */
export interface Rate {
  /** How long the sender has to wait, in whole seconds; 0 where it may send now. */
  wait(sender: string, rate: AlertRate): number;
  /**
   * Takes what a delivery has cost out of the sender's bucket. A delivery that was let in is never cut: one that costs
   * more than is left leaves a debt, for which the next one waits.
   */
  spend(sender: string, rate: AlertRate, cost: number): void;
}

interface Bucket {
  tokens: number;
  atMs: number;
  /** From the first refusal until the bucket is full again. */
  beyond: boolean;
}

/** `beyond` is called once for each time that a sender comes to the end of its bucket, until that has filled up again. */
export function createRate(now: () => number, beyond: (sender: string) => void): Rate {
  const buckets = new Map<string, Bucket>();

  const filled = (sender: string, rate: AlertRate): Bucket => {
    const nowMs = now();
    const before = buckets.get(sender) ?? { tokens: rate.burst, atMs: nowMs, beyond: false };
    const bucket = refilled(before, rate, nowMs);
    buckets.set(sender, bucket);
    return bucket;
  };

  return {
    wait: (sender, rate) => {
      const bucket = filled(sender, rate);
      if (bucket.tokens > 0) return 0;
      if (!bucket.beyond) beyond(sender);
      bucket.beyond = true;
      return Math.ceil((1 - bucket.tokens) / rate.per_second);
    },
    spend: (sender, rate, cost) => void (filled(sender, rate).tokens -= cost),
  };
}

/** A clock that was set back gives nothing and takes nothing. */
function refilled({ tokens, atMs, beyond }: Bucket, rate: AlertRate, nowMs: number): Bucket {
  const gained = (Math.max(0, nowMs - atMs) * rate.per_second) / 1_000;
  const full = tokens + gained >= rate.burst;
  return {
    tokens: full ? rate.burst : tokens + gained,
    atMs: nowMs,
    beyond: beyond && !full,
  };
}
