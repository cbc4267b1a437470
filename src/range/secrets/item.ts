import { createHash } from 'node:crypto';
import { z } from 'zod';
import { firstSecret, PRACTICE_VAULT } from './practice-secrets.ts';

const fieldSchema = z.looseObject({
  id: z.string().min(1),
  type: z.string().default('STRING'),
  label: z.string().default(''),
  value: z.string().default(''),
});

/** An item as Connect shows it: developer.1password.com/docs/connect/api-reference. */
export const itemSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  vault: z.strictObject({ id: z.string() }),
  category: z.string(),
  version: z.int().positive(),
  createdAt: z.string(),
  updatedAt: z.string(),
  fields: z.array(fieldSchema),
});
export type Item = z.infer<typeof itemSchema>;

/** RFC 6902, as far as Connect takes it for items. */
const patchSchema = z.array(
  z.discriminatedUnion('op', [
    z.strictObject({ op: z.literal('add'), path: z.literal('/fields'), value: fieldSchema }),
    z.strictObject({ op: z.literal('replace'), path: z.string(), value: z.string() }),
    z.strictObject({ op: z.literal('remove'), path: z.string() }),
  ]),
);

/** 26 letters and digits, as Connect's ids have. */
export function idOf(name: string): string {
  const bytes = createHash('sha256').update(name).digest();
  return [...bytes.subarray(0, 26)].map((byte) => (byte % 36).toString(36)).join('');
}

export const VAULT_ID = idOf(PRACTICE_VAULT);

/** What nobody has changed yet. */
export function firstItem(firstKey: string, title: string, at: string): Item {
  const value = firstSecret(firstKey, `${PRACTICE_VAULT}/${title}`);
  return {
    ...{ id: idOf(title), title, vault: { id: VAULT_ID }, category: 'API_CREDENTIAL' },
    ...{ version: 1, createdAt: at, updatedAt: at },
    fields: [
      { id: 'notesPlain', type: 'STRING', label: 'notesPlain', value: '' },
      { id: 'credential', type: 'CONCEALED', label: 'credential', value },
    ],
  };
}

/** The fields after all of the operations, or null where one of them fits nothing; then none is done. */
export function patched(fields: Item['fields'], operations: unknown): Item['fields'] | null {
  const parsed = patchSchema.safeParse(operations);
  if (!parsed.success) return null;
  let result = fields;
  for (const operation of parsed.data) {
    if (operation.op === 'add') {
      result = [...result.filter(({ id }) => id !== operation.value.id), operation.value];
      continue;
    }
    const [, id] = /^\/fields\/([^/]+)(\/value)?$/.exec(operation.path) ?? [];
    if (!result.some((field) => field.id === id)) return null;
    result =
      operation.op === 'remove'
        ? result.filter((field) => field.id !== id)
        : result.map((field) => (field.id === id ? { ...field, value: operation.value } : field));
  }
  return result;
}
