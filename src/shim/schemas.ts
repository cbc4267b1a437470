import { z } from 'zod';

/** How a caller names an incident. Wider than any id is, so that a mistyped one is not found and nothing else. */
export const incidentRefSchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,64}$/, 'is not an incident id (1 to 64 printable characters)');

/** Every failure. */
export const problemSchema = z.strictObject({
  error: z.string().describe('One sentence'),
  code: z.string().describe('Stable: switch on this'),
  problems: z
    .array(z.strictObject({ file: z.string(), line: z.int(), reason: z.string() }))
    .optional()
    .describe('Only with `invalid_policy`; lines count from 1, 0 is the file as a whole'),
});

/** A person's remark, kept in the ledger. */
export const noteSchema = z.string().max(4096);
export const noNote = noteSchema.default('');
