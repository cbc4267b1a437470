import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { SpooledRecord } from './spooled-record.ts';

/** Content types that tell Cordon how to read what it is sent. */
const NDJSON = 'application/x-ndjson';
const TEXT = 'text/plain; charset=utf-8';
const CLOUD_EVENT = 'application/cloudevents+json';

/** What is sent at once, and always with the same bytes. */
export interface Batch {
  first: number;
  last: number;
  records: readonly SpooledRecord[];
  /** Other than the detector's, where the forwarder speaks itself. */
  format?: 'cloudevents';
  headers: Readonly<Record<string, string>>;
  body: Uint8Array<ArrayBuffer>;
}

export interface BatchOptions {
  /** The forwarder's name. */
  name: string;
  gzip: boolean;
}

/** Of these records, which follow one another, the first batch. None, where there is nothing to be sent in the first. */
export async function batchOf(
  records: readonly SpooledRecord[],
  options: BatchOptions,
): Promise<Batch | null> {
  const [head] = records;
  if (head === undefined) return null;
  switch (head.kind) {
    case 'line':
      return lineBatch(linesLike(head.bytes, records), options);
    case 'body': {
      const { contentType, contentEncoding, bytes } = head;
      return batch([head], bytes, {
        ...(contentType !== '' && { 'content-type': contentType }),
        ...(contentEncoding !== '' && { 'content-encoding': contentEncoding }),
      });
    }
    case 'dropped': {
      const event = Buffer.from(JSON.stringify(droppedEvent(head, options.name)));
      return { ...batch([head], event, { 'content-type': CLOUD_EVENT }), format: 'cloudevents' };
    }
    case 'too_long':
    case 'damaged':
      return null;
  }
}

/** Its first lines: where a batch was refused, which of them it is about is found by halving. */
export function firstLinesOf(
  { records }: Batch,
  count: number,
  options: BatchOptions,
): Promise<Batch> {
  return lineBatch(records.slice(0, count), options);
}

/** As many as are in the same form: JSON and text are not sent together. */
function linesLike(first: Buffer, records: readonly SpooledRecord[]): SpooledRecord[] {
  const other = records.findIndex(
    (record) => record.kind !== 'line' || isJson(record.bytes) !== isJson(first),
  );
  return records.slice(0, other === -1 ? records.length : other);
}

async function lineBatch(
  records: readonly SpooledRecord[],
  { gzip: zipped }: BatchOptions,
): Promise<Batch> {
  const lines = records.flatMap((record) => (record.kind === 'line' ? [record.bytes] : []));
  const body = Buffer.concat(lines.flatMap((line) => [line, LINE_FEED]));
  const type = { 'content-type': isJson(lines[0] ?? body) ? NDJSON : TEXT };
  if (!zipped) return batch(records, body, type);
  return batch(records, await promisify(gzip)(body), { ...type, 'content-encoding': 'gzip' });
}

const LINE_FEED = Buffer.from('\n');

/** RFC 8259: an object or a list, behind white space. */
function isJson(line: Uint8Array): boolean {
  return /^[ \t]*[{[]/.test(Buffer.from(line.subarray(0, 64)).toString('latin1'));
}

function batch(
  records: readonly SpooledRecord[],
  body: Uint8Array,
  headers: Record<string, string>,
): Batch {
  const first = records[0]?.seq ?? 0;
  return {
    first,
    last: records.at(-1)?.seq ?? first,
    records,
    headers,
    body: new Uint8Array(body),
  };
}

/** CloudEvents 1.0, JSON format. The same record is the same event, however often it is sent. */
function droppedEvent(record: Extract<SpooledRecord, { kind: 'dropped' }>, name: string) {
  return {
    specversion: '1.0',
    id: `${record.seq}-${record.at}`,
    source: `cordon-forwarder/${name}`,
    type: 'cordon.forwarder.dropped',
    time: new Date(record.at).toISOString(),
    subject: record.source,
    datacontenttype: 'application/json',
    data: record.lost,
  };
}
