import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { incidentEventSchema } from '../../src/domain/events.ts';
import { incidentRecordSchema } from '../../src/domain/incident-record.ts';
import type { Members, Rule } from '../../src/evidence/redaction-rule.ts';
import { EVENT_RULES, INCIDENT_RULES } from '../../src/evidence/redaction-table.ts';

/** Where the table and a schema name different members: a new one would be removed without anybody knowing. */
function differences(rules: Members, schema: z.ZodType, path: string): string[] {
  const shape = new Map(Object.entries(shapeOf(schema) ?? {}));
  const names = new Set([...Object.keys(rules), ...shape.keys()]);
  return [...names].flatMap((name) => {
    const [rule, member] = [rules[name], shape.get(name)];
    if (rule === undefined || member === undefined) return [`${path}/${name}`];
    return within(rule, member, `${path}/${name}`);
  });
}

function within(rule: Rule, member: z.ZodType, path: string): string[] {
  if ('members' in rule) return differences(rule.members, member, path);
  if (!('list' in rule)) return shapeOf(member) === undefined ? [] : [path];
  const item = elementOf(member);
  return item === undefined ? [path] : within(rule.list, item, `${path}/0`);
}

function shapeOf(schema: z.ZodType): Record<string, z.ZodType> | undefined {
  const bare = unwrapped(schema);
  if (bare instanceof z.ZodObject) return bare.shape;
  // What may be there under each of some names is as good as members.
  if (!(bare instanceof z.ZodRecord) || !(bare.keyType instanceof z.ZodEnum)) return undefined;
  const { keyType, valueType } = bare;
  return Object.fromEntries(keyType.options.map((name) => [name, valueType as z.ZodType]));
}

function elementOf(schema: z.ZodType): z.ZodType | undefined {
  const bare = unwrapped(schema);
  return bare instanceof z.ZodArray ? (bare.element as z.ZodType) : undefined;
}

const WRAPPERS = [z.ZodNullable, z.ZodDefault, z.ZodExactOptional, z.ZodOptional] as const;

function unwrapped(schema: z.ZodType): z.ZodType {
  if (WRAPPERS.some((wrapper) => schema instanceof wrapper)) {
    return unwrapped((schema as z.ZodNullable<z.ZodType>).unwrap());
  }
  return schema;
}

describe('the table of what is redacted', () => {
  it.each(incidentEventSchema.options.map(({ shape }) => shape))(
    'knows every member of the event $type.value and no other',
    ({ type, ...shape }) => {
      expect(differences(EVENT_RULES[type.value], z.object(shape), '')).toEqual([]);
    },
  );

  it('knows every member of an incident and no other', () => {
    expect(differences(INCIDENT_RULES, incidentRecordSchema, '')).toEqual([]);
  });
});
