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

  function valueOf(schema: z.core.JSONSchema._JSONSchema): unknown {
    if (typeof schema === 'boolean') return true;
    const { anyOf, type } = schema;
    if ('const' in schema) return schema.const;
    if (schema.enum !== undefined) return schema.enum[Math.floor(random() * schema.enum.length)];
    if (anyOf !== undefined) return valueOf(anyOf[Math.floor(random() * anyOf.length)] ?? true);
    if (type === 'object') return objectOf(schema);
    if (type === 'array')
      return [schema.items]
        .flat()
        .slice(0, 1)
        .map((item) => valueOf(item ?? true));
    if (type === 'boolean') return random() < 0.5;
    if (type === 'integer' || type === 'number') return 1 + Math.floor(random() * 1_000);
    return type === 'null' ? null : textOf(schema.pattern ?? '');
  }

  function objectOf({ properties, required = [] }: z.core.JSONSchema.BaseSchema): unknown {
    if (properties === undefined) return evidence();
    const named = Object.entries(properties).filter(
      ([name]) => required.includes(name) || random() < 0.7,
    );
    return Object.fromEntries(named.map(([name, member]) => [name, valueOf(member)]));
  }

  /** Of the closed forms that a pattern stands for; a canary where there is none. */
  function textOf(pattern: string): string {
    if (pattern === '') return canary();
    const forms = [
      '0a'.repeat(32),
      `age1${'q'.repeat(58)}`,
      'INC-20260102-030405-00000001',
      'a_name',
      '2026-01-02T03:04:05.000Z',
    ];
    const fitting = forms.find((form) => new RegExp(pattern, 'u').test(form));
    if (fitting === undefined) throw new Error(`no text for ${pattern}`);
    return fitting;
  }
}
