import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { extensionRuntime } from '../../../src/shim/alerts/extension-runtime.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const ARTIFACT = sampleDocument('extension-runtime-alerts.json');
const LEDGER = sampleDocument('extension-runtime-ledger.json');
const MIXED = sampleDocument('extension-runtime-runbook.json');
const SAMPLES = [ARTIFACT, LEDGER, MIXED];
const ALERTS = Object(ARTIFACT)['alerts'] as Json[];

const split = (document: Json) => extensionRuntime.split(document, WITHOUT);
const recognised = (document: Json) => extensionRuntime.recognise(document, WITHOUT);

test('alerts, artifacts, breaches and reports of the ledger are recognised, nothing else is', () => {
  expect([...SAMPLES, ALERTS, ALERTS[1] ?? null].every(recognised)).toBe(true);
  expect([{ valid: false, errors: [] }, ...NOTHINGS].some(recognised)).toBe(false);
});

test('each alert of an artifact is one, with the time that the runtime gives it', () => {
  const { alerts, refused, disagreements } = split(ARTIFACT);
  expect(alerts).toHaveLength(10);
  expect(alerts[1]).toMatchObject({
    kind: 'finding',
    occurred_at: '2026-02-03T04:00:02.000Z',
    title: 'Exec denied: recursive_delete',
    facts: { extension_id: 'weather-tools', reason_codes: ['recursive_delete'] },
  });
  expect({ refused, disagreements }).toEqual({ refused: [], disagreements: [] });
});

test('the same alert is the same, alone, in a list, in an artifact or in a bundle', () => {
  const bundle = { schema: 'pi.ext.incident_evidence_bundle.v1', security_alerts: ARTIFACT };
  const listed = { ...bundle, security_alerts: ALERTS };
  const alone = ALERTS.flatMap((alert) => split(alert).alerts.map(({ identity }) => identity));
  for (const document of [ALERTS, ARTIFACT, bundle, listed]) {
    expect(split(document).alerts.map(({ identity }) => identity)).toEqual(alone);
  }
  expect(new Set(alone.map(String)).size).toBe(10);
});

test('a sequence that began anew makes another alert', () => {
  const later = withMember(ALERTS[1] ?? null, 'ts_ms', 1_770_091_300_000);
  expect(split(later).alerts[0]?.identity).not.toEqual(
    split(ALERTS[1] ?? null).alerts[0]?.identity,
  );
});

test('denials of one extension within a minute are counted as they follow each other', () => {
  const counts = split(ARTIFACT).alerts.map(({ facts }) => facts['denials_in_a_minute']);
  expect(counts).toEqual([0, 0, 0, 0, 1, 2, 3, 0, 0, 0]);
  const apart = withMember(ARTIFACT, 'alerts.6.ts_ms', 1_770_091_265_000);
  expect(split(apart).alerts[6]?.facts['denials_in_a_minute']).toBe(2);
  const other = withMember(ARTIFACT, 'alerts.6.extension_id', 'another');
  expect(split(other).alerts[6]?.facts['denials_in_a_minute']).toBe(1);
});

test('that an extension is let go again is no finding; that it was wrongly allowed is one', () => {
  expect(split(ARTIFACT).alerts[3]).toMatchObject({
    kind: 'cleared',
    title: 'Kill-switch lifted for weather-tools',
  });
  expect(split(MIXED).alerts[0]).toMatchObject({ kind: 'finding', facts: { action: 'allow' } });
});

test('a breach of quota is read as the alert about it', () => {
  const breach = {
    extension_id: 'e',
    resource: 'memory',
    limit: 256,
    actual: 300,
    timestamp: 1e12,
  };
  expect(split(breach).alerts).toMatchObject([
    {
      occurred_at: '2001-09-09T01:46:40.000Z',
      facts: { category: 'quota_breach', summary: 'beyond its quota: memory (300 of 256)' },
    },
  ]);
  expect(split(MIXED).alerts[2]?.facts['summary']).toBe(
    'beyond its quota: tool, max_hostcalls_per_second',
  );
});

test('a ledger that does not hold is critical, one that holds is no alert', () => {
  expect(split(LEDGER).alerts).toMatchObject([
    { facts: { category: 'ledger_integrity', severity: 'critical', first_invalid_index: 311 } },
  ]);
  expect(split(withMember(LEDGER, 'valid', true))).toMatchObject({ alerts: [], refused: [] });
});

test('how many alerts there are is counted, not believed', () => {
  const lying = split(withMember(ARTIFACT, 'alert_count', 3));
  expect(lying.alerts).toHaveLength(10);
  expect(lying.disagreements).toEqual(['alert_count says 3, and there are 10']);
});

test('an alert that cannot be read costs the others nothing', () => {
  expect(split(withMember(MIXED, '0.extension_id', ''))).toMatchObject({
    alerts: [{}, {}],
    refused: [{ index: 0, reason: 'it has no extension_id, category, severity and action' }],
  });
});

describeAlertFormat(extensionRuntime, SAMPLES);
