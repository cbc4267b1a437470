import { z } from 'zod';
import { evidenceRefSchema } from './evidence.ts';
import { instantOrEmptySchema, sha256Schema } from './primitives.ts';

/** What can be done to evidence once it was captured. */
export const TOUCHES = [
  'read',
  'export',
  'decryption',
  'extension',
  'hold',
  'hold_released',
  'marked',
  'unmarked',
  'removing',
  'removed',
] as const;

const objectSchema = z.strictObject({
  sha256: sha256Schema,
  size: z.int().nonnegative(),
  /** Of one that is marked: until when it had to be kept; '' otherwise. */
  until: instantOrEmptySchema,
  /** Of one that is marked; null otherwise. */
  tombstone: evidenceRefSchema.nullable(),
});
export type TouchedObject = z.infer<typeof objectSchema>;

/** Where it happened: the machine, and which boot of it. '' for what could not be read. */
export const placeOfCustodySchema = z.strictObject({
  host: z.string(),
  boot_id: z.string(),
  /** Derived from /etc/machine-id, which itself is not to be shown. */
  machine_id: z.string(),
});
export type PlaceOfCustody = z.infer<typeof placeOfCustodySchema>;

const FIELDS = {
  touch: z.enum(TOUCHES),
  /** By the name, and with what right: a role, or the rule by which Cordon acts itself. */
  who: z.strictObject({ name: z.string().min(1), authority: z.string().min(1) }),
  what: z.array(objectSchema),
  where: placeOfCustodySchema,
  why: z.string(),
  /** With what, and how it was asked to: '' where there is nothing to be chosen. */
  how: z.strictObject({
    tool: z.string().min(1),
    version: z.string().min(1),
    options: z.string(),
  }),
  /** Of an extension: until when everything of the incident is kept from now on; '' otherwise. */
  until: instantOrEmptySchema,
  /** By the custody clock; '' where it was not asked. The wall clock's time is that of the entry. */
  trusted_at: instantOrEmptySchema,
};

/**
 * One touch of evidence (ISO/IEC 27037, 6.1: chain of custody): who, what, where, why and how. The entry that it
 * stands in says when.
 */
export const custodyRecordSchema = z.strictObject(FIELDS);
export const custodyEventSchema = z.strictObject({ type: z.literal('custody'), ...FIELDS });
export type CustodyRecord = z.infer<typeof custodyRecordSchema>;

/** The type of a custody entry, also where it is about no incident. */
export const CUSTODY = custodyEventSchema.shape.type.value;

/** What of a touch is known before it is known what it touches. `key` makes a repeat harmless. */
export interface Toucher extends Pick<CustodyRecord, 'who' | 'where' | 'why' | 'how'> {
  key: string;
  /** ISO instant, by the wall clock. */
  at: string;
}

/** A touch of objects that are there, and stay. */
export function touched(
  touch: CustodyRecord['touch'],
  { who, where, why, how }: Toucher,
  objects: readonly { sha256: string; size: number }[],
): CustodyRecord {
  const what = objects.map(({ sha256, size }) => ({ sha256, size, until: '', tombstone: null }));
  return { touch, who, what, where, why, how, until: '', trusted_at: '' };
}
