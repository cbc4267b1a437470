import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { touched } from '../../domain/custody.ts';
import type { KeptObject } from '../../domain/keeping.ts';
import { putOnRecord } from '../../intake/put-on-record.ts';
import type { ShimDeps } from '../deps.ts';
import { evidenceOf } from '../kept-evidence.ts';
import { REASON, requireReason } from '../reason.ts';
import { refuse } from '../refuse.ts';
import { noBody, noQuery, route, type Takeover } from '../route.ts';
import { toucherOf } from '../toucher.ts';

const READERS = ['forensic', 'operator'] as const;

export const evidenceObject = route({
  method: 'get',
  path: '/api/v1/incidents/{id}/evidence/{sha256}',
  summary: 'One object of evidence as it is kept; who reads it and why is on record before',
  access: READERS,
  query: noQuery,
  body: noBody,
  headers: REASON,
  answers: {
    200: {
      description: 'Its bytes. They end short where they are not those of the digest',
      mediaType: 'application/octet-stream',
    },
    400: { description: 'There is no reason' },
    404: { description: 'There is no such incident, or it names no such evidence' },
    410: { description: 'It has expired, or is missing from the store' },
  },
  handle: async (call, deps) => {
    const id = call.params['id'] ?? '';
    const reason = requireReason(call);
    const object = await evidenceOf(id, call.params['sha256'] ?? '', deps);
    if (object.state === 'removed') {
      refuse('evidence_expired', `Its time is over: tombstone ${object.tombstone?.sha256 ?? ''}`);
    }
    const toucher = toucherOf(call, READERS, reason, deps);
    await putOnRecord(deps.ledger.log, id, toucher, touched('read', toucher, [object]));
    return giveOut(object, deps);
  },
});

/** Chunk by chunk, because evidence may be larger than memory. */
async function giveOut(
  { sha256, size, media_type }: KeptObject,
  { store }: Pick<ShimDeps, 'store'>,
): Promise<Takeover> {
  const chunks = store.read(sha256)[Symbol.asyncIterator]();
  // Before the answer has begun, so that what is missing can still be said.
  const first = await chunks.next();
  return async (response) => {
    response.status(200).set({
      'Content-Type': media_type,
      'Content-Length': String(size),
      'Content-Disposition': `attachment; filename="${sha256}"`,
    });
    await pipeline(Readable.from(from(first, chunks)), response).catch(unlessGone);
  };
}

/** A reader who has gone away needs no answer, and the record says that he was given it. */
function unlessGone(error: unknown): void {
  const gone = error instanceof Error && 'code' in error;
  if (!gone || error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
}

async function* from(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (let next = first; next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    // Whoever reads may stop in the middle: the store must not go on holding the object open.
    await chunks.return?.();
  }
}
