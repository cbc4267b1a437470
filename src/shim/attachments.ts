import { z } from 'zod';
import type { EvidenceRef } from '../domain/evidence.ts';
import { sha256Schema } from '../domain/primitives.ts';
import { evidenceRef } from '../evidence/digest.ts';
import type { ShimDeps } from './deps.ts';
import { refuse } from './refuse.ts';

/** Of the body that brings them: a document, a screenshot or two. What is larger is captured, and named by its digest. */
export const MOST_ATTACHED_BYTES = 4 * 1024 * 1024;

/** Longer than any order is in coming to the ledger. */
const RESERVED_MS = 24 * 60 * 60 * 1000;

const MEDIA_TYPE = /^[a-z0-9][\w!#$&^.+-]*\/[a-z0-9][\w!#$&^.+-]*(?:; ?[\w.-]+=[\w.-]+)?$/;

/** Bytes, or what is in the evidence store already. */
export const attachmentSchema = z.union([
  z.strictObject({
    media_type: z.string().max(127).regex(MEDIA_TYPE, 'is not a media type'),
    base64: z.base64().min(4),
  }),
  z.strictObject({ sha256: sha256Schema }),
]);
type Attachment = z.infer<typeof attachmentSchema>;

/** `bytes`: as they came; absent where they are kept already. */
export interface Attached {
  ref: EvidenceRef;
  bytes?: Uint8Array;
}

/** What the attachments come to. Throws `evidence_not_found` for a digest under which nothing is kept. */
export function readAttachments(
  attachments: readonly Attachment[],
  deps: Pick<ShimDeps, 'ledger'>,
): Promise<Attached[]> {
  return Promise.all(
    attachments.map(async (given) => {
      if ('sha256' in given) return { ref: await keptUnder(given.sha256, deps) };
      const bytes = Buffer.from(given.base64, 'base64');
      return { ref: evidenceRef(bytes, given.media_type), bytes };
    }),
  );
}

/** In the store before anything says that it is kept; held where everything of the incident is. */
export async function keepAttached(
  incidentId: string,
  attached: readonly Attached[],
  { ledger, store, now }: Pick<ShimDeps, 'ledger' | 'store' | 'now'>,
): Promise<void> {
  const digests = attached.map(({ ref }) => ref.sha256);
  await ledger.keeping.reserve(digests, now() + RESERVED_MS);
  for (const { ref, bytes } of attached) if (bytes) await store.put(bytes, ref.media_type);
  if (!(await ledger.keeping.isHeld(incidentId))) return;
  for (const sha256 of digests) await store.setLegalHold(sha256, true);
}

async function keptUnder(
  digest: string,
  { ledger }: Pick<ShimDeps, 'ledger'>,
): Promise<EvidenceRef> {
  const object = await ledger.keeping.object(digest);
  if (object === null || object.state === 'removing' || object.state === 'removed') {
    return refuse('evidence_not_found', `No evidence is kept under ${digest}`);
  }
  const { sha256, size, media_type } = object;
  return { sha256, size, media_type };
}
