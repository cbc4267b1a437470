import { type EvidenceRef, evidenceRefSchema } from '../../domain/evidence.ts';
import { Fault } from '../../domain/fault.ts';
import { sha256Schema } from '../../domain/primitives.ts';

/** What an object is asked for by; the size is checked where it is known. */
export interface Address {
  sha256: string;
  size?: number;
}

/** A digest becomes part of a path, so it is checked wherever it comes from. */
export function addressed(address: EvidenceRef | string): Address {
  const parsed =
    typeof address === 'string'
      ? sha256Schema.transform((sha256) => ({ sha256 })).safeParse(address)
      : evidenceRefSchema.safeParse(address);
  if (parsed.success) return parsed.data;
  throw new Fault('bad_evidence_ref', 'not the address of any evidence', { retryable: false });
}

/** Before anything is written: a reference that cannot be read again would leave an object that nobody finds. */
export function requireMediaType(mediaType: string): string {
  if (evidenceRefSchema.shape.media_type.safeParse(mediaType).success) return mediaType;
  throw new Fault('bad_evidence_ref', 'no media type of any evidence', { retryable: false });
}
