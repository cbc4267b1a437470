import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { verifyLocalEvidence } from '../../src/local-evidence.ts';
import { pause } from '../support/processes.ts';
import { insist } from './detector.ts';
import { seeded } from './random.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { settled } from './settled.ts';
import { effectsAt, inLedger } from './stored.ts';

/** CORDON_CHAOS_SEED=<n> repeats the moments of an earlier run. */
const SEED = Number(process.env['CORDON_CHAOS_SEED'] || Date.now() % 1_000_000);
const DEATHS = 6;
/** From the report to the last step takes about a second on a quiet machine. */
const LATEST_DEATH_MS = 1_500;

let parts: SeparateParts;
let incidents: Incident[] = [];
/** What was destroyed at the moment of a death without evidence in the ledger. */
const rash: string[] = [];

beforeAll(async () => {
  console.log(`CORDON_CHAOS_SEED=${SEED}`);
  const random = seeded(SEED);
  parts = await separateParts({
    targets: { actions: { disable_airlock: { destructive: true } } },
  });
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
  await parts.worker.start();
  const place = { home: parts.home, url: parts.server.url };
  for (let death = 0; death < DEATHS; death += 1) {
    const seen = { class: 'attestation_failure' as const, subject: { host: `web-${death}` } };
    await insist(place, { key: `death-${death}`, ...seen });
    await pause(random.below(LATEST_DEATH_MS));
    await parts.worker.kill();
    rash.push(...destroyedWithoutEvidence());
    await parts.worker.start();
  }
  incidents = await settled(parts);
}, 180_000);

afterAll(() => parts.remove(), 60_000);

/** The incidents for which the airlock was disabled, and of which the ledger knows no receipt. */
function destroyedWithoutEvidence(): string[] {
  const disabled = [...effectsAt(parts.home, 'airlock').keys()].filter((effect) =>
    effect.startsWith('/api/v1/disable'),
  );
  const ids = inLedger(parts.home, 'select id from incidents').map(({ id }) => String(id));
  const destroyed = ids.filter((id) => disabled.some((effect) => effect.includes(id)));
  return destroyed.filter((id) => !hasReceipt(id));
}

function hasReceipt(id: string): boolean {
  const sql = "select body from entries where incident_id = ? and type = 'captured'";
  return inLedger(parts.home, sql, id).some(({ body }) => JSON.parse(String(body)).receipt);
}

describe('under SIGKILL of the worker at any moment of a destruction', () => {
  it('nothing is destroyed before its evidence is in the ledger', () => {
    expect(rash).toEqual([]);
  });

  it('everything is contained in the end, what destroys included, with a receipt each', () => {
    expect(incidents).toHaveLength(DEATHS);
    expect(destroyedWithoutEvidence()).toEqual([]);
    const disabled = [...effectsAt(parts.home, 'airlock').keys()];
    for (const { id, evidence_receipt, contained_at } of incidents) {
      expect(evidence_receipt).toMatchObject({ incident_id: id });
      expect(contained_at).not.toBe('');
      expect(disabled.filter((effect) => effect.includes(id))).toHaveLength(1);
    }
  });

  it('every receipt verifies, from the store alone', async () => {
    const { misses, manifests, timestamps } = await verifyLocalEvidence(parts.env);
    expect(misses).toEqual([]);
    expect(manifests).toBeGreaterThanOrEqual(DEATHS);
    expect(timestamps).toEqual({ verified: 0, unchecked: 0 });
  });
});
