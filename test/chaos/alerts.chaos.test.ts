import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Incident } from '../../src/domain/incident-record.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { until } from '../support/processes.ts';
import { alertStorm } from './alert-storm.ts';
import { call } from './api.ts';
import { ledgerVerdict } from './audit.ts';
import { type Flood, falcoFlood, WINDOWS } from './falco-flood.ts';
import { type ExpectedIncident, escalating, expectedIncidents } from './flood-expectations.ts';
import { forwarderPart, type ForwarderPart } from './forwarder-part.ts';
import { seeded } from './random.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { settled } from './settled.ts';
import { inLedger } from './stored.ts';

/** CORDON_CHAOS_SEED=<n> repeats the alerts, the victims and the moments of an earlier run. */
const SEED = Number(process.env['CORDON_CHAOS_SEED'] || Date.now() % 1_000_000);
const ALERTS = 20_000;

/** A forwarder may wait for as long after so many failures in a row. */
const DELIVERED_WITHIN_MS = 120_000;
const TOLD_WITHIN_MS = 60_000;
const ESCALATED_WITHIN_MS = 30_000;

const countSchema = z.object({ outcome: z.string(), count: z.number() });

let parts: SeparateParts;
let forwarders: [ForwarderPart, ForwarderPart];
let flood: Flood;
let expected: ExpectedIncident[];
let incidents: Incident[] = [];

beforeAll(async () => {
  console.log(`CORDON_CHAOS_SEED=${SEED}`);
  const random = seeded(SEED);
  flood = falcoFlood(ALERTS, random, Date.now());
  expected = expectedIncidents(flood.alerts);
  parts = await separateParts({ escalation: { windows: windowsInForce() } });
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
  const place = { home: parts.home, env: parts.env, url: parts.server.url };
  forwarders = [forwarderPart(place, 'falco-a'), forwarderPart(place, 'falco-b')];
  await Promise.all([parts.worker, ...forwarders].map((part) => part.start()));

  const deaths = await alertStorm(parts, forwarders, flood, random);
  console.log(`deaths: ${deaths.join(', ')}`);
  await until(isDelivered, 'all is delivered', DELIVERED_WITHIN_MS);
  await until(isTold, 'the counters are told of all', TOLD_WITHIN_MS);
  const due = escalating(expected).length;
  // Where it never comes to that, the test says which are missing.
  await until(() => escalations().length >= due, 'escalated', ESCALATED_WITHIN_MS).catch(() => {});
  incidents = await settled(parts);
}, 300_000);

afterAll(async () => {
  await Promise.all(forwarders.map((forwarder) => forwarder.kill()));
  await parts.remove();
}, 60_000);

describe('a flood of alerts, under SIGKILL of all that they pass through', () => {
  it('leaves nothing with the forwarders: delivered, and neither dropped nor refused', async () => {
    const all = await Promise.all(forwarders.map((forwarder) => forwarder.status()));
    expect(all).toMatchObject(
      flood.files.map(({ length: delivered }) => {
        return { waiting: 0, dropped: { records: 0 }, refused: 0, failing_since: 0, delivered };
      }),
    );
  });

  it('takes every alert once, and what comes again as a repeat', async () => {
    const counts = await outcomeCounts();
    const unmatched = flood.alerts.filter((alert) => alert.class === '').length;
    expect(counts).toEqual({
      incident: expected.length,
      observation: ALERTS - unmatched - expected.length,
      unmatched,
      repeat: expect.any(Number),
    });
    const written = flood.files.flat().length;
    expect(counts['repeat']).toBeGreaterThanOrEqual(written - ALERTS);
    expect(
      known()
        .map(({ identity }) => identity)
        .toSorted(),
    ).toEqual(flood.alerts.map(({ identity }) => identity).toSorted());
  });

  it('opens one incident for each cause and outbreak, which all the others join', () => {
    expect(incidents.map(shapeOf).toSorted()).toEqual(expected.map(expectedShape).toSorted());
  });

  it('tells of each incident when it was seen again, over all alerts as they came', () => {
    const cameTo = Map.groupBy(known(), ({ incident_id }) => incident_id);
    const atOf = new Map(flood.alerts.map(({ identity, at_ms }) => [identity, at_ms]));
    for (const incident of incidents) {
      const [first, ...later] = cameTo.get(incident.id) ?? [];
      const instants = later.map(({ identity }) => atOf.get(identity) ?? NaN);
      expect(incident.observations).toMatchObject({
        count: later.length,
        first_at: new Date(Math.min(...instants)).toISOString(),
        last_at: new Date(Math.max(...instants)).toISOString(),
        digest: later.reduce(
          (digest, { identity }) => sha256Hex(`${digest}${identity}`),
          sha256Hex(first?.identity ?? ''),
        ),
      });
    }
  });

  it('escalates those of which an alert came in a full window, once each, and no others', () => {
    const due = escalating(expected);
    expect(due.length).toBeLessThan(expected.length);
    const escalated = incidents.filter(({ escalated_at }) => escalated_at !== '');
    expect(escalated.map(shapeOf).toSorted()).toEqual(due.map(expectedShape).toSorted());
    expect(escalations().toSorted()).toEqual(escalated.map(({ id }) => id).toSorted());
  });

  it('leaves a ledger that verifies', async () => {
    expect(await ledgerVerdict(parts.env)).toMatchObject({
      valid: true,
      incidents: expected.length,
    });
  });
});

function windowsInForce() {
  return Object.fromEntries(
    Object.entries(WINDOWS).map(([ofClass, { threshold, window_ms }]) => {
      return [ofClass, { threshold, window: `${window_ms / 1_000}s`, escalates_to: 'critical' }];
    }),
  );
}

async function isDelivered(): Promise<boolean> {
  const all = await Promise.all(
    forwarders.map((forwarder) => forwarder.status().catch(() => null)),
  );
  return all.every((status, i) => status?.delivered === flood.files[i]?.length);
}

/** What is only counted has its entry, and whoever tells the counters has come past the last of them. */
function isTold(): boolean {
  const [pending] = inLedger(parts.home, 'select count(*) as n from causes where pending_ms > 0');
  const [last] = inLedger(
    parts.home,
    "select max(seq) as seq from entries where type = 'observed'",
  );
  const [told] = inLedger(parts.home, "select seq from followers where name = 'observations'");
  return Number(pending?.['n']) === 0 && Number(told?.['seq']) >= Number(last?.['seq']);
}

/** Whom the ledger says to have escalated, as often as it says so. */
function escalations(): string[] {
  const sql = "select incident_id from entries where type = 'escalated'";
  return inLedger(parts.home, sql).map((row) => String(row['incident_id']));
}

async function outcomeCounts(): Promise<Record<string, number>> {
  const place = { home: parts.home, url: parts.server.url };
  const { body } = await call(place, 'admin', 'GET', '/api/v1/alerts/counts');
  return Object.fromEntries(
    z
      .array(countSchema)
      .parse(body)
      .map(({ outcome, count }) => [outcome, count]),
  );
}

/** Every identity in the order in which it was taken: rows of a table are numbered as they are inserted. */
function known() {
  const sql = 'select identity, incident_id from alert_identities order by rowid';
  return inLedger(parts.home, sql).map((row) => {
    return { identity: String(row['identity']), incident_id: String(row['incident_id']) };
  });
}

/** In what an incident and its expectation can be compared: all but the order in which its alerts came. */
function shapeOf({ class: ofClass, subject, occurred_at, observations }: Incident): string {
  const instants = [occurred_at, observations?.first_at ?? '', observations?.last_at ?? ''];
  return shape(ofClass, subject.host, instants, 1 + (observations?.count ?? 0));
}

function expectedShape({ class: ofClass, subject, alerts }: ExpectedIncident): string {
  const instants = alerts.map(({ at_ms }) => new Date(at_ms).toISOString());
  return shape(ofClass, subject, instants, alerts.length);
}

function shape(ofClass: string, host: string | undefined, instants: string[], count: number) {
  const inOrder = instants.filter((instant) => instant !== '').toSorted();
  return `${ofClass} at ${host}, ${inOrder[0]} to ${inOrder.at(-1)}: ${count}`;
}
