import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCustodian } from '../../../src/adapters/custody/custodian.ts';
import type { Artifact } from '../../../src/domain/events.ts';
import type { StoreStanding } from '../../../src/domain/store-verdict.ts';
import { verifyManifest } from '../../../src/evidence/manifest.ts';
import { sweeping, type Sweeping } from '../../activities/sweeping.ts';
import { incidentId } from '../../support/admissions.ts';
import { UNTRIED } from '../../support/standing.ts';
import { ada, day, DAY_MS, instant } from '../../support/keeping.ts';

let on: Sweeping;
let asked: [what: string, sha256: string, value: number | boolean][];
let artifacts: Artifact[];
let standing: StoreStanding;

beforeEach(async () => {
  on = await sweeping();
  asked = [];
  artifacts = [];
  standing = UNTRIED;
  for (const collector of ['logs', 'memory']) {
    const ref = await on.deps.store.put(Buffer.from(collector), 'application/zstd');
    artifacts.push({ collector, ...ref });
  }
});
afterEach(() => on.stop());

async function seal(takenMs = day(0)) {
  const { store, signingKey } = on.deps;
  const retention = { evidence: 90 * DAY_MS, memory: 30 * DAY_MS };
  const custodian = createCustodian({
    store: {
      ...store,
      keepUntil: async (sha256, untilMs) => void asked.push(['until', sha256, untilMs]),
      setLegalHold: async (sha256, held) => void asked.push(['hold', sha256, held]),
    },
    key: signingKey,
    ledger: on.ledger,
    policy: () => ({ digest: 'a'.repeat(64), recovery: { capture: { retention } } }),
    standing: () => standing,
  });
  return custodian.seal({
    ...{ incident_id: incidentId(1), snapshot_id: 'a-snapshot', class: 'prompt_injection' },
    ...{ severity: 'high', subject: {}, host: 'host-3', frozen: null },
    ...{ artifacts, gaps: [], taken_ms: takenMs },
  });
}

const digestOf = (collector: string) =>
  artifacts.find((artifact) => artifact.collector === collector)?.sha256 ?? '';

describe('sealing what was captured', () => {
  it('says in the manifest until when it is kept, and has the store keep it', async () => {
    const { receipt, retention } = await seal();
    expect(retention).toEqual({ until: instant(day(90)), memory_until: instant(day(30)) });
    const bytes = await on.deps.store.get(receipt.manifest);
    const verdict = verifyManifest(bytes, on.deps.signingKey.publicKey);
    expect(verdict).toMatchObject({ valid: true, manifest: { retention } });
    expect(asked).toEqual([
      ['until', digestOf('logs'), day(90)],
      ['until', digestOf('memory'), day(30)],
    ]);
  });

  it('says how the store stood when it was written', async () => {
    const said = async () => {
      const { receipt } = await seal();
      const bytes = await on.deps.store.get(receipt.manifest);
      const verdict = verifyManifest(bytes, on.deps.signingKey.publicKey);
      return verdict.valid ? verdict.manifest.store : verdict;
    };
    expect(await said()).toEqual(UNTRIED);
    standing = { ...UNTRIED, enforcing: true, checked_at: instant(day(0)) };
    expect(await said()).toEqual(standing);
  });

  it('counts from the custody clock where the wall clock was set back', async () => {
    await on.sweepAt(day(50));
    const { retention } = await seal(day(-100));
    expect(retention.until).toBe(instant(day(140)));
  });

  it('has what is captured for a held incident under hold at once', async () => {
    await on.ledger.keeping.hold(incidentId(1), ada());
    await seal();
    expect(asked.filter(([what]) => what === 'hold')).toEqual([
      ['hold', digestOf('logs'), true],
      ['hold', digestOf('memory'), true],
    ]);
  });
});
