import { type Batch, batchOf, type BatchOptions, firstLinesOf } from './batch.ts';
import { createDelivery, type DeliveryDeps } from './delivery.ts';
import type { Refused, RefusedFile } from './refused-file.ts';
import { refusedParts, refusedRecord, unsendable } from './refused-record.ts';
import { waitMs } from './retry.ts';
import type { Spool } from './spool.ts';
import type { SpooledRecord } from './spooled-record.ts';

/** What one request carries: few enough that a lost answer repeats little. One record is sent whatever its size. */
const MOST = { records: 500, bytes: 1024 * 1024 };
/** The bell tells when there is something; this is for a bell that nobody heard. */
const LOOK_EVERY_MS = 1_000;

export interface SenderDeps extends DeliveryDeps {
  spool: Spool;
  refused: RefusedFile;
  gzip: boolean;
  /** Nothing more will be spooled: it ends when all is delivered. */
  isOver: () => boolean;
}

/** Delivers what is spooled: in order, one batch at a time, none left out. Never rejects. */
export async function keepSending(deps: SenderDeps): Promise<void> {
  const { spool, log, stopping, sleep, random } = deps;
  const sendNext = createSender(deps);
  let failures = 0;
  while (!stopping.aborted) {
    // Both asked before it is looked: what is spooled meanwhile is not missed.
    const filled = spool.filled.heard(LOOK_EVERY_MS, stopping);
    const isOver = deps.isOver();
    try {
      const sent = await sendNext();
      failures = 0;
      if (sent) continue;
      if (isOver) return;
      await filled;
    } catch (error) {
      failures += 1;
      log.error({ err: error }, 'the spool cannot be worked on');
      await sleep(waitMs(failures, random), stopping);
    }
  }
}

/** Sends one batch until it is settled. What it gives is false where there is nothing to be sent; throws what the disk says. */
function createSender(deps: SenderDeps): () => Promise<boolean> {
  const { posting, log } = deps;
  const options: BatchOptions = { name: posting.name, gzip: deps.gzip };
  const { deliver } = createDelivery(deps);

  const send = async (batch: Batch): Promise<void> => {
    const verdict = await deliver(batch);
    if (verdict === null) return;
    const { records, last } = batch;
    if (verdict.result === 'accepted') {
      const refused = refusedParts(batch, verdict.refused, posting.now());
      return settle(deps, last, { delivered: records.length, refused });
    }
    const { detail } = verdict;
    const [record] = records;
    if (record !== undefined && records.length === 1) {
      const refused = [refusedRecord(record, detail, posting.now())];
      return settle(deps, last, { delivered: 0, refused });
    }
    log.warn({ lines: records.length, error: detail }, 'a batch is refused: half of it is tried');
    await send(await firstLinesOf(batch, Math.ceil(records.length / 2), options));
  };

  return async () => {
    const records = await nextRecords(deps);
    const [head] = records;
    if (head === undefined) return false;
    const batch = await batchOf(records, options);
    if (batch !== null) await send(batch);
    else {
      const last = head.kind === 'damaged' ? head.last : head.seq;
      await settle(deps, last, { delivered: 0, refused: [unsendable(head, posting.now())] });
    }
    return true;
  };
}

/** What was on its way when a process ended is sent again as it was: by that it is known where it was taken already. */
function nextRecords({ spool, progress }: SenderDeps): Promise<SpooledRecord[]> {
  const { acknowledged, sending } = progress.current();
  const again = { records: sending - acknowledged, bytes: Infinity };
  return spool.read(acknowledged, sending > acknowledged ? again : MOST);
}

/** Only once it is noted is it removed. */
async function settle(
  { spool, refused: file, progress, posting, log }: SenderDeps,
  last: number,
  { delivered, refused }: { delivered: number; refused: readonly Refused[] },
): Promise<void> {
  const fresh = await file.keep(refused);
  for (const { seq, why, detail } of refused) log.warn({ seq, why, detail }, 'kept as refused');
  const so = progress.current();
  await progress.note({
    acknowledged: last,
    sending: 0,
    delivered: so.delivered + delivered,
    refused: so.refused + fresh,
    ...(delivered > 0 && { delivered_at: posting.now() }),
  });
  await spool.trim(last);
}
