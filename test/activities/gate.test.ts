import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture } from '../../activities/capture.ts';
import { contain, enforce } from '../../activities/contain.ts';
import type { DestroyRequest } from '../../src/domain/activities.ts';
import type { EvidenceGate } from '../../src/domain/evidence-receipt.ts';
import type { DestructiveAction } from '../../src/domain/destructive.ts';
import { rangeEffects } from '../../src/range/client.ts';
import { IMPATIENT, world, type World } from './world.ts';

let on: World;
beforeEach(async () => void (on = await world()));
afterEach(() => on.stop());

const DESTRUCTIVE: DestructiveAction = { ...IMPATIENT, freeze: false, destructive: true };

/** An incident whose evidence was captured and sealed. */
async function captured() {
  const { actions: _, ...facts } = await on.incident([DESTRUCTIVE]);
  const request = { ...facts, targets: ['airlock'], deadline_ms: 5_000, seal: true };
  const { receipt, artifacts } = await capture(on.deps, request);
  if (receipt === null) throw new Error('nothing was sealed');
  return { facts, receipt, artifacts };
}

type Captured = Awaited<ReturnType<typeof captured>>;

const destroying = ({ facts }: Captured, evidence: EvidenceGate): DestroyRequest => ({
  ...facts,
  actions: [DESTRUCTIVE],
  evidence,
});
const object = (sha256: string) =>
  join(on.home, 'evidence', 'objects', 'sha256', sha256.slice(0, 2), sha256);

describe('a step that destroys evidence', () => {
  it('is taken once its evidence verifies', async () => {
    const kept = await captured();
    const [result] = await contain(on.deps, destroying(kept, { receipt: kept.receipt }));
    expect(result).toMatchObject({ status: 'contained' });
  });

  it('is taken without, where that was decided', async () => {
    const kept = await captured();
    const [result] = await contain(on.deps, destroying(kept, { without: 'the disk is full' }));
    expect(result).toMatchObject({ status: 'contained' });
  });
});

describe('a step that destroys evidence is not taken', () => {
  const refused = async (request: DestroyRequest) => {
    const expected = { status: 'failed', reason: 'no_evidence' };
    expect(await contain(on.deps, request)).toMatchObject([expected]);
    await expect(enforce(on.deps, request)).rejects.toMatchObject({ type: 'no_evidence' });
    expect(await rangeEffects(on.home, 'agent')).toEqual([]);
  };

  it('where an artifact is gone', async () => {
    const kept = await captured();
    await rm(object(kept.artifacts[0]?.sha256 ?? ''));
    await refused(destroying(kept, { receipt: kept.receipt }));
  });

  it('where an artifact was changed', async () => {
    const kept = await captured();
    await writeFile(object(kept.artifacts[0]?.sha256 ?? ''), 'other bytes');
    await refused(destroying(kept, { receipt: kept.receipt }));
  });

  it('where the manifest is gone', async () => {
    const kept = await captured();
    await rm(object(kept.receipt.manifest.sha256));
    await refused(destroying(kept, { receipt: kept.receipt }));
  });

  it('on the evidence of another incident', async () => {
    const [kept, other] = [await captured(), await captured()];
    await refused(destroying(kept, { receipt: other.receipt }));
  });

  it('on a receipt that says it is of this incident, and whose manifest is of another', async () => {
    const [kept, other] = [await captured(), await captured()];
    const { incident_id } = kept.facts;
    await refused(destroying(kept, { receipt: { ...other.receipt, incident_id } }));
  });

  it('where a caller forgot that it destroys, and gave no evidence', async () => {
    const { facts } = await captured();
    const request = { ...facts, actions: [DESTRUCTIVE] };
    expect(await contain(on.deps, request)).toMatchObject([{ reason: 'no_evidence' }]);
    expect(await rangeEffects(on.home, 'agent')).toEqual([]);
  });
});

describe('a capture', () => {
  it('of the report alone seals nothing that destruction may rely on', async () => {
    const { actions: _, ...facts } = await on.incident();
    const request = { ...facts, targets: ['nobody'], deadline_ms: 5_000, seal: true };
    expect(await capture(on.deps, request)).toMatchObject({
      receipt: null,
      artifacts: [{ collector: 'report' }],
    });
  });

  it('that could not be sealed says so, and keeps what it has', async () => {
    const { actions: _, ...facts } = await on.incident();
    const request = { ...facts, targets: ['agent'], deadline_ms: 5_000, seal: true };
    const { store } = on.deps;
    const custodian = { ...on.deps.custodian, seal: () => store.get('0'.repeat(64)).then(never) };
    const { receipt, gaps, artifacts } = await capture({ ...on.deps, custodian }, request);
    expect([receipt, artifacts.length]).toEqual([null, 2]);
    expect(gaps).toMatchObject([
      { collector: 'manifest', reason: expect.stringMatching(/^evidence_/) },
    ]);
  });
});

const never = (): never => {
  throw new Error('it was found');
};
