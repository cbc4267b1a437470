import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Json, JsonObject } from '../../../src/domain/alert.ts';
import { falco } from '../../../src/shim/alerts/falco.ts';
import { falcosidekick } from '../../../src/shim/alerts/falcosidekick.ts';
import { text } from '../../../src/shim/alerts/reading.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { alertIn, sampleDocument } from '../../support/alert-samples.ts';

const HERE = { headers: {} };
const FORWARDED = sampleDocument('falcosidekick-forwarded.json') as JsonObject;
const CUT = sampleDocument('falcosidekick-cut.json') as JsonObject;
const TEST = sampleDocument('falcosidekick-test.json') as JsonObject;

describeAlertFormat(falcosidekick, [FORWARDED, CUT, TEST]);

test('an event that came from Falco too is the same, whatever was added on the way', () => {
  const direct = sampleDocument('falco-syscall.json');
  expect(alertIn(falcosidekick, FORWARDED).identity).toStrictEqual(alertIn(falco, direct).identity);
});

test('an event that is sent again under another uuid is the same', () => {
  const again = { ...FORWARDED, uuid: '11111111-2222-4333-8444-555555555555' };
  expect(alertIn(falcosidekick, again).identity).toStrictEqual(
    alertIn(falcosidekick, FORWARDED).identity,
  );
});

/** As Falco sends what `falcosidekick-cut.json` is left of. */
function before(cut: JsonObject, command: string): JsonObject {
  const fields = cut['output_fields'] as JsonObject;
  const { uuid: _, ...event } = cut;
  return {
    ...event,
    time: '2025-11-25T10:19:29.113000320Z',
    output: text(cut['output']).replace(text(fields['proc.cmdline']), command),
    output_fields: { ...fields, 'proc.cmdline': command },
  };
}

test('an event that was cut on the way is still the one that Falco sent', () => {
  const whole = before(CUT, `sh -c ${'A'.repeat(5_000)}`);
  expect(alertIn(falco, whole).identity).toStrictEqual(alertIn(falcosidekick, CUT).identity);
});

test('a cut within a character makes it no other event', () => {
  const command = `${'A'.repeat(506)}é${'B'.repeat(500)}`;
  const cut = before(CUT, `${'A'.repeat(506)}\uFFFD[...]`);
  expect(alertIn(falco, before(CUT, command)).identity).toStrictEqual(
    alertIn(falcosidekick, { ...cut, uuid: 'x' }).identity,
  );
});

test('fields that were cut are named, in the facts and as what does not agree', () => {
  expect(alertIn(falcosidekick, CUT).facts['cut']).toStrictEqual(['proc.cmdline']);
  expect(falcosidekick.split(CUT, HERE).disagreements).toStrictEqual([
    'Falcosidekick cut proc.cmdline: the rest is not in this document',
  ]);
  expect(falcosidekick.split(FORWARDED, HERE).disagreements).toStrictEqual([]);
});

test('its source and tags read as those of Falco', () => {
  const event = { ...FORWARDED, source: 'syscalls', tags: 'container, shell' };
  expect(alertIn(falcosidekick, event).facts).toMatchObject({
    source: 'syscall',
    tags: ['container', 'shell'],
  });
});

test('its test event is about itself; a rule of that name is not', () => {
  expect(alertIn(falcosidekick, TEST)).toMatchObject({
    kind: 'health',
    facts: { health: { event: 'test', lost: null } },
  });
  expect(alertIn(falcosidekick, { ...TEST, output: 'A real one' }).kind).toBe('finding');
});

test('the rules for both ways are the same', () => {
  const rules = ['falco', 'falcosidekick'].map(
    (name) =>
      (parse(readFileSync(`policy/detectors/${name}.yaml`, 'utf8')) as { rules: Json }).rules,
  );
  expect(rules[0]).toStrictEqual(rules[1]);
});
