import { Fault } from '../domain/fault.ts';
import { unlessMissing } from './error-code.ts';
import { readProgress } from './progress.ts';
import { createSegmentReader } from './segment-reader.ts';
import { EMPTY_STATE, foldSegment, listSegments, type Segment } from './segments.ts';
import { holderOf } from './spool-lock.ts';

/** Segments come and go while they are looked at. */
const MOST_LOOKS = 5;

/** How far the forwarder of a spool is, read from its files, whether it runs or not. Times are epoch milliseconds, 0: none. */
export async function readStatus(spool: string) {
  for (let look = 1; ; look += 1) {
    try {
      return await statusOf(spool);
    } catch (error) {
      if (error instanceof Fault || look === MOST_LOOKS) throw error;
    }
  }
}

async function statusOf(spool: string) {
  const segments = await unlessMissing(listSegments(spool));
  if (segments === null) {
    throw new Fault('no_spool', `${spool} is not the spool of a forwarder`, { retryable: false });
  }
  const { acknowledged, delivered, delivered_at, refused, failing_since, last_error } =
    await readProgress(spool);
  const { next, dropped, positions } = await lastState(segments);
  const most = { records: 1, bytes: 0 };
  const [oldest] = await createSegmentReader().read(segments, acknowledged, most);
  return {
    spool,
    /** The process that works on it; null where none does. */
    pid: await holderOf(spool),
    /** Records that Cordon has not taken yet, and since when the first of them waits. */
    waiting: Math.max(0, next - 1 - acknowledged),
    oldest_at: oldest?.at ?? 0,
    /** On the disk. */
    bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
    delivered,
    delivered_at,
    refused,
    dropped,
    failing_since,
    last_error,
    /** How far each source was read. */
    sources: Object.entries(positions).map(([source, { offset, seen_ms: at }]) => ({
      source,
      offset,
      at,
    })),
  };
}

/** Of the last segment that has begun. */
async function lastState(segments: readonly Segment[]) {
  for (const segment of segments.toReversed()) {
    const folded = await foldSegment(segment);
    if (folded !== null) return folded.state;
  }
  return EMPTY_STATE;
}
