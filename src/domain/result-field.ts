import { z } from 'zod';
import { nameSchema } from './primitives.ts';

/** What one member of a task's result may be. */
export const resultFieldSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('choice'),
    of: z.array(nameSchema).min(2).max(16),
    optional: z.boolean().default(false),
  }),
  z.strictObject({ type: z.literal('text'), optional: z.boolean().default(false) }),
  /** Things by their names, one a text. */
  z.strictObject({ type: z.literal('list'), optional: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('count'), optional: z.boolean().default(false) }),
  z.strictObject({ type: z.literal('yes_no'), optional: z.boolean().default(false) }),
  /** A line of a checklist: it is done when it is so. */
  z.strictObject({ type: z.literal('confirmed'), optional: z.boolean().default(false) }),
]);
export type ResultField = z.output<typeof resultFieldSchema>;

/** A task's result by its members. */
export const resultFieldsSchema = z.record(nameSchema, resultFieldSchema);
export type ResultFields = z.output<typeof resultFieldsSchema>;

const LONGEST_TEXT = 4_000;
const MOST_LISTED = 500;
const text = z.string().min(1).max(LONGEST_TEXT);

/** What a person has found. Whether it is what the task asks for is another question. */
export const taskResultSchema = z.record(
  nameSchema,
  z.union([text, z.int().nonnegative(), z.boolean(), z.array(text).max(MOST_LISTED)]),
);
export type TaskResult = z.output<typeof taskResultSchema>;
