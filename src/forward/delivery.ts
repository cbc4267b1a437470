import type { Batch } from './batch.ts';
import type { Log } from './log.ts';
import { post, type Posting, type Verdict } from './post.ts';
import type { ProgressFile } from './progress.ts';
import { waitMs } from './retry.ts';

export interface DeliveryDeps {
  progress: ProgressFile;
  posting: Posting;
  log: Log;
  random: () => number;
  /** Resolves after `ms`, or at once when the signal aborts. Never rejects. */
  sleep: (ms: number, stopping: AbortSignal) => Promise<void>;
  /** Aborted when nothing is to be sent again. */
  stopping: AbortSignal;
  /** Aborted when the batch on its way is not waited for any more. */
  broken: AbortSignal;
}

type Settled = Exclude<Verdict, { result: 'again' }>;

const OURS =
  'Cordon does not accept this forwarder: see to its token and its address; alerts are kept';
const THEIRS = 'Cordon takes nothing now: alerts are kept and sent again';

/** Sends one batch until it is accepted or refused, for as long as it takes. */
export interface Delivery {
  /** Null where it was told to stop before that. Throws what the disk says. */
  deliver(batch: Batch): Promise<Settled | null>;
}

export function createDelivery(deps: DeliveryDeps): Delivery {
  const { progress, posting, stopping, broken } = deps;
  let said = '';
  const announce = async (verdict: Verdict) => {
    if (verdict.result === 'again') said = await fails(deps, verdict, said);
    else if (said !== '' || progress.current().failing_since > 0) said = await recovers(deps);
  };
  return {
    deliver: async (batch) => {
      await progress.note({ sending: batch.last });
      for (let failures = 1; !stopping.aborted; failures += 1) {
        const verdict = await post(posting, batch, broken);
        if (broken.aborted && verdict.result === 'again') return null;
        await announce(verdict);
        if (verdict.result !== 'again') return verdict;
        const wait = Math.max(verdict.afterMs ?? 0, waitMs(failures, deps.random));
        await deps.sleep(wait, stopping);
      }
      return null;
    },
  };
}

/** Said once for each cause; at every attempt where only somebody here can help. */
async function fails(
  { progress, posting, log }: DeliveryDeps,
  { detail, ours }: Extract<Verdict, { result: 'again' }>,
  said: string,
): Promise<string> {
  if (ours) log.error({ error: detail }, OURS);
  else if (detail !== said) log.warn({ error: detail }, THEIRS);
  if (detail !== said) {
    const failing_since = progress.current().failing_since || posting.now();
    await progress.note({ failing_since, last_error: detail });
  }
  return detail;
}

async function recovers({ progress, log }: DeliveryDeps): Promise<string> {
  const since = new Date(progress.current().failing_since).toISOString();
  log.info({ failing_since: since }, 'Cordon answers again');
  await progress.note({ failing_since: 0, last_error: '' });
  return '';
}
