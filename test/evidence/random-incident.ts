import { z } from 'zod';
import { type IncidentEvent, incidentEventSchema } from '../../src/domain/events.ts';
import { FINGERPRINTS } from '../../src/domain/redaction.ts';

/** The same numbers for the same seed (mulberry32), from 0 up to 1. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Schema = z.core.JSONSchema._JSONSchema;

/** What detectors send has members of any kind. */
function isAnything(each: Schema | undefined): each is boolean | undefined {
  return each === undefined || typeof each === 'boolean' || each.$ref !== undefined;
}

/** Makes values that a schema accepts, with a canary wherever it accepts any text. */
export function createCanaries(random: () => number) {
  const canaries: string[] = [];
  return { canaries, event, evidence };

  function event(): IncidentEvent {
    const { options } = incidentEventSchema;
    const option = options[Math.floor(random() * options.length)] ?? options[0];
    return incidentEventSchema.parse(valueOf(z.toJSONSchema(option, { io: 'input' })));
  }

  /** As detectors send it: nested, with fingerprints, numbers and names of members that tell something. */
  function evidence(depth = 0): Record<string, z.core.util.JSONType> {
    const fingerprint = FINGERPRINTS[Math.floor(random() * FINGERPRINTS.length)] ?? 'params_hash';
    return {
      [canary()]: canary(),
      [fingerprint]: canary(),
      list: [canary(), { [fingerprint]: canary() }],
      ...(depth < 2 && { nested: evidence(depth + 1) }),
    };
  }

  function canary(): string {
    const text = `canary-${Math.floor(random() * 2 ** 32).toString(36)}-"${canaries.length}"`;
    canaries.push(text);
    return text;
  }

  function valueOf(schema: Schema): unknown {
    if (typeof schema === 'boolean') return true;
    const { type } = schema;
    const forms = schema.anyOf ?? schema.oneOf;
    if ('const' in schema) return schema.const;
    if (schema.enum !== undefined) return schema.enum[Math.floor(random() * schema.enum.length)];
    if (forms !== undefined) return valueOf(forms[Math.floor(random() * forms.length)] ?? true);
    if (type === 'object') return objectOf(schema);
    if (type === 'array') {
      const [item = true] = [schema.items].flat();
      return Array.from({ length: schema.minItems ?? 1 }, () => valueOf(item));
    }
    if (type === 'boolean') return random() < 0.5;
    if (type === 'integer' || type === 'number') return 1 + Math.floor(random() * 1_000);
    return type === 'null' ? null : textOf(schema.pattern ?? '');
  }

  function objectOf(schema: z.core.JSONSchema.BaseSchema): unknown {
    const { properties, required = [], additionalProperties: each } = schema;
    if (properties === undefined) return isAnything(each) ? evidence() : recordOf(schema, each);
    const named = Object.entries(properties).filter(
      ([name]) => required.includes(name) || random() < 0.7,
    );
    return Object.fromEntries(named.map(([name, member]) => [name, valueOf(member)]));
  }

  /** Under each of the names that there may be, else under one of the form that they have. */
  function recordOf({ propertyNames }: z.core.JSONSchema.BaseSchema, each: Schema): unknown {
    const form = typeof propertyNames === 'object' ? propertyNames : { type: 'string' as const };
    const names = form.enum ?? [valueOf(form)];
    return Object.fromEntries(names.map((name) => [String(name), valueOf(each)]));
  }

  /** Of the closed forms that a pattern stands for; a canary where there is none. */
  function textOf(pattern: string): string {
    if (pattern === '') return canary();
    const forms = [
      '0a'.repeat(32),
      `age1${'q'.repeat(58)}`,
      'INC-20260102-030405-00000001',
      'a_name',
      'task/a_name',
      'decide/a_name',
      '2026-01-02T03:04:05.000Z',
    ];
    const fitting = forms.find((form) => new RegExp(pattern, 'u').test(form));
    if (fitting === undefined) throw new Error(`no text for ${pattern}`);
    return fitting;
  }
}
