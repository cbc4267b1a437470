import type { Batch } from './batch.ts';
import type { RefusedPart } from './post.ts';
import type { Refused } from './refused-file.ts';
import type { SpooledRecord } from './spooled-record.ts';

/** What Cordon refused whole. */
export function refusedRecord(record: SpooledRecord, detail: string, nowMs: number): Refused {
  return written(record, 'refused', detail, nowMs);
}

/** What Cordon could not read of a batch that it took. `index` is the place of a line, or a part of the one body. */
export function refusedParts(
  { records }: Batch,
  parts: readonly RefusedPart[],
  nowMs: number,
): Refused[] {
  return parts
    .toSorted((a, b) => a.index - b.index)
    .flatMap(({ index, reason }) => {
      const record = records.length === 1 ? records[0] : records[index];
      return record ? [written(record, 'part_refused', reason, nowMs)] : [];
    });
}

/** What is never sent. */
export function unsendable(record: SpooledRecord, nowMs: number): Refused {
  if (record.kind === 'damaged') {
    const detail = `${record.last - record.seq + 1} records in ${record.source}`;
    return written(record, 'damaged', detail, nowMs);
  }
  const size = record.kind === 'too_long' ? `${record.size} bytes, SHA-256 ${record.sha256}` : '';
  return written(record, 'too_long', size, nowMs);
}

function written(
  record: SpooledRecord,
  why: Refused['why'],
  detail: string,
  nowMs: number,
): Refused {
  const { seq, source, at } = record;
  return { seq, source, at, refused_at: nowMs, why, detail, ...shownOf(record) };
}

function shownOf(record: SpooledRecord): Pick<Refused, 'text' | 'base64'> {
  switch (record.kind) {
    case 'line':
    case 'body':
      return shown(record.bytes);
    case 'too_long':
      return shown(record.head);
    case 'dropped':
      return { text: JSON.stringify(record.lost) };
    case 'damaged':
      return {};
  }
}

function shown(bytes: Uint8Array): Pick<Refused, 'text' | 'base64'> {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
}
