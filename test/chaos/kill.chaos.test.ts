import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import {
  failedTasks,
  forgottenHolds,
  isInForce,
  ledgerVerdict,
  targetActions,
  workflows,
  wrongEffects,
} from './audit.ts';
import { seeded } from './random.ts';
import { settled } from './settled.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { storm, type Storm } from './storm.ts';
import { outboxSize } from './stored.ts';

/** CORDON_CHAOS_SEED=<n> repeats the sightings, the victims and the moments of an earlier run. */
const SEED = Number(process.env['CORDON_CHAOS_SEED'] || Date.now() % 1_000_000);
const INCIDENTS = 200;

let parts: SeparateParts;
let answered: Storm['answered'];
let incidents: Incident[] = [];

beforeAll(async () => {
  console.log(`CORDON_CHAOS_SEED=${SEED}`);
  parts = await separateParts();
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
  await parts.worker.start();
  const passed = await storm(parts, INCIDENTS, seeded(SEED));
  console.log(`deaths: ${passed.deaths.join(', ')}`);
  answered = passed.answered;
  incidents = await settled(parts);
}, 300_000);

afterAll(() => parts.remove(), 60_000);

describe('under SIGKILL of worker, server and engine at random moments', () => {
  it('keeps every incident that was answered 2xx, once', () => {
    expect(answered.size).toBe(INCIDENTS);
    const ids = [...answered.values()].map((all) => [...all]);
    expect(ids.filter((all) => all.length !== 1)).toEqual([]);
    expect(incidents.map(({ id }) => id).toSorted()).toEqual(ids.flat().toSorted());
  });

  it('starts one workflow for each, and none for anything else', async () => {
    const started = await parts.engine.asClient(workflows);
    expect(started.map(({ workflowId }) => workflowId).toSorted()).toEqual(
      incidents.map(({ id }) => id).toSorted(),
    );
    expect(outboxSize(parts.home)).toBe(0);
  });

  it('leaves every unresolved containment in force at its target', async () => {
    const unresolved = incidents.filter(({ resolved_at }) => resolved_at === '');
    expect(unresolved.length).toBeGreaterThan(INCIDENTS / 2);
    const missing: string[] = [];
    for (const incident of unresolved) {
      for (const { action } of targetActions(incident)) {
        if (!(await isInForce(parts.home, incident, action)))
          missing.push(`${incident.id} ${action}`);
      }
    }
    expect(missing).toEqual([]);
  });

  it('has undone every containment that nobody holds any more', async () => {
    const held = new Set(
      incidents
        .filter(({ resolved_at }) => resolved_at === '')
        .flatMap((incident) => targetActions(incident).map(({ resource }) => resource)),
    );
    const stuck: string[] = [];
    for (const incident of incidents.filter(({ resolved_at }) => resolved_at !== '')) {
      for (const { action, resource, status } of targetActions(incident)) {
        if (held.has(resource) || status === 'manual') continue;
        if (await isInForce(parts.home, incident, action)) stuck.push(`${incident.id} ${action}`);
      }
    }
    expect(stuck).toEqual([]);
    expect(forgottenHolds(parts.home)).toEqual([]);
  });

  it('does every effect once', () => {
    expect(wrongEffects(parts.home, incidents)).toEqual([]);
  });

  it('tells the same story in the ledger and in the engine', async () => {
    const told = incidents.map(({ id, state, severity }) => ({ id, state, severity }));
    const shown = await parts.engine.asClient(async (client) =>
      (await workflows(client)).map(({ workflowId: id, searchAttributes: shows }) => {
        return { id, state: shows['CordonState']?.[0], severity: shows['CordonSeverity']?.[0] };
      }),
    );
    const byId = (a: { id: string }, b: { id: string }) => a.id.localeCompare(b.id);
    expect(shown.toSorted(byId)).toEqual(told.toSorted(byId));
  });

  it('fails no workflow task', async () => {
    const failed = await parts.engine.asClient(async (client) => {
      const all: string[] = [];
      for (const { id } of incidents) all.push(...(await failedTasks(client, id)));
      return all;
    });
    expect(failed).toEqual([]);
  }, 30_000);

  it('leaves a ledger that verifies', async () => {
    expect(await ledgerVerdict(parts.env)).toMatchObject({ valid: true, incidents: INCIDENTS });
  });
});
