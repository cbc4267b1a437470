import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/domain/alert.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { documentsOf } from '../../src/shim/alerts/documents.ts';
import { FORMATS } from '../../src/shim/alerts/formats.ts';
import { contentTypeOf } from '../../src/shim/alerts/samples.ts';
import { detectorOf } from '../support/detector.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

const { detectors, reporters } = await loadPolicy({
  containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
});

/** By source and identity: what was sent in one sample may be in another as well. */
const sent = new Set<string>();

describe.each(FORMATS.filter(({ name }) => detectors[name] !== undefined))('$name', (format) => {
  const { name } = format;
  const named = Object.entries(reporters.reporters);
  const [source = ''] = named.find(([, { formats }]) => formats.includes(name)) ?? [];
  const samples = detectors[name]?.samples ?? [];

  it.each(samples)('what is in $file becomes what its rules say', async (sample) => {
    const body = await readFile(join(SHIPPED_POLICY, 'detectors', 'samples', sample.file), 'utf8');
    const type = contentTypeOf(sample.file);
    const { documents } = documentsOf(body, type);
    const alerts = documents.flatMap((document) => format.split(document, { headers: {} }).alerts);
    const expected = alerts.map((alert, at) => becomes(alert, sample.falls_under[at] ?? ''));
    const detector = detectorOf(cordon, source);

    const receipt = await detector.send(name, body, type || 'text/plain');
    expect(receipt.alerts.map(({ outcome, rule }) => [FAMILY[outcome] ?? outcome, rule])).toEqual(
      expected,
    );
    const again = await detector.send(name, body, type || 'text/plain');
    expect(again.counts).toMatchObject({ repeat: alerts.length });
    expect(again.alerts.filter(({ outcome }) => outcome !== 'repeat')).toEqual([]);
  });

  function becomes(alert: Alert, rule: string): [outcome: string, rule: string] {
    const key = JSON.stringify([source, alert.identity]);
    const isKnown = sent.has(key);
    sent.add(key);
    if (isKnown) return ['repeat', rule];
    if (alert.kind !== 'finding') return [alert.kind, ''];
    return [rule === '' ? 'unmatched' : 'ruled', rule];
  }
});

/** Whether an alert opens an incident, joins one or is only logged depends on those before it. */
const FAMILY: Record<string, string> = { incident: 'ruled', observation: 'ruled', logged: 'ruled' };

it('contains all that they have opened, as far as the policy contains it', async () => {
  const { body } = await cordon.api('GET', '/api/v1/incidents?limit=500');
  const opened = body['list'] as { id: string; containment_actions: { kind?: string }[] }[];
  expect(opened.length).toBeGreaterThan(FORMATS.length);
  await eventually(
    async () => (await cordon.api('GET', '/api/v1/incidents?state=open&limit=500')).body['list'],
    (open) => (open as { auto_contain: boolean }[]).every(({ auto_contain }) => !auto_contain),
    60_000,
  );
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
