import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Alert, Json } from '../../../src/domain/alert.ts';
import type { DetectorRules } from '../../../src/domain/detector-rules.ts';
import { reportSchema } from '../../../src/domain/report.ts';
import { TOO_MANY } from '../../../src/intake/mapping/budget.ts';
import { explainAlert } from '../../../src/intake/mapping/map-alert.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../../src/intake/policy-files.ts';
import { documentsOf } from '../../../src/shim/alerts/documents.ts';
import { FORMATS } from '../../../src/shim/alerts/formats.ts';
import { contentTypeOf } from '../../../src/shim/alerts/samples.ts';

interface Sampled {
  rules: DetectorRules;
  alert: Alert;
}

/** Every alert of every sample that is shipped, with the rules of its format. */
let sampled: Sampled[];
beforeAll(async () => {
  const { detectors } = await loadPolicy({
    containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
  });
  const each = Object.values(detectors).map(async (rules) => {
    const texts = rules.samples.map(async ({ file }) => {
      const text = await readFile(join(SHIPPED_POLICY, 'detectors', 'samples', file), 'utf8');
      const { documents } = documentsOf(text, contentTypeOf(file));
      const reader = FORMATS.find(({ name }) => name === rules.format);
      return documents.flatMap((document) => reader?.split(document, { headers: {} }).alerts ?? []);
    });
    return (await Promise.all(texts)).flat().map((alert) => ({ rules, alert }));
  });
  sampled = (await Promise.all(each)).flat();
});

/** With texts and lists of such sizes in place of those that it has; of a list within a list, the outer one. */
function swollen(value: Json, characters: number, members: number): Json {
  if (typeof value === 'string') return value.padEnd(characters, ` ${value}/`);
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) {
    const parts = Object.entries(value);
    return Object.fromEntries(
      parts.map(([name, part]) => [name, swollen(part, characters, members)]),
    );
  }
  const [first = '', ...rest] = value.map((part) => swollen(part, characters, 0));
  return [first, ...rest, ...Array.from({ length: members }, () => first)];
}

function explained({ rules, alert }: Sampled, characters: number, members: number) {
  const facts = swollen(alert.facts, characters, members) as Alert['facts'];
  return explainAlert(rules, { ...alert, facts });
}

/** An alert of each format, the richest. */
function oneOfEach(all: readonly Sampled[]): Sampled[] {
  const size = ({ alert }: Sampled) => JSON.stringify(alert.facts).length;
  const byFormat = Map.groupBy(all, ({ rules }) => rules.format);
  return [...byFormat.values()].flatMap((some) =>
    some.toSorted((a, b) => size(b) - size(a)).slice(0, 1),
  );
}

describe('the shipped rules', () => {
  test('are there, and so are their samples', () => {
    expect(sampled.length).toBeGreaterThan(1);
  });

  test('decide alerts that are many times as large as any', () => {
    for (const each of sampled) {
      const { considered } = explained(each, 4_096, 10);
      const undecided = considered.filter(({ reason }) => reason === TOO_MANY);
      expect([each.rules.format, undecided]).toEqual([each.rules.format, []]);
    }
  });

  test.each([
    ['long texts', 100_000, 0],
    ['long lists', 0, 1_000],
  ])('take a moment for alerts of %s, and make a valid report of what they match', (_, ...size) => {
    for (const each of oneOfEach(sampled)) {
      const begun = performance.now();
      const { mapping } = explained(each, ...size);
      // A few tens of milliseconds on a quiet machine.
      expect(performance.now() - begun).toBeLessThan(5_000);
      if (mapping === null) continue;
      const { rule: _rule, cause: _cause, fan_in: _fanIn, triage: _triage, ...said } = mapping;
      expect(reportSchema.parse(said)).toEqual(said);
    }
  });
});
