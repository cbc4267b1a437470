import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { markOverdue, removeMarked, unmarkKept } from '../../activities/expire-evidence.ts';
import type { SweepDeps, Violation } from '../../activities/sweep-deps.ts';
import { createCustodian } from '../../src/adapters/custody/custodian.ts';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { verifyCustody } from '../../src/evidence/verify-custody.ts';
import { verifyWithCheckpoints } from '../../src/verify-ledger.ts';
import { admission, AT_MS, incidentId, recorded } from '../support/admissions.ts';
import { captured, DAY_MS, PLACE } from '../support/keeping.ts';
import { UNTRIED } from '../support/standing.ts';

const KEPT_FOR = { evidence: 90 * DAY_MS, memory: 30 * DAY_MS };

export type Sweeping = Awaited<ReturnType<typeof sweeping>>;

/** A ledger with two incidents and a store, in front of the sweeps; their clocks are the test's. */
export async function sweeping() {
  const home = await mkdtemp(join(tmpdir(), 'cordon-sweep-'));
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  for (const n of [1, 2]) await ledger.log.admit(admission(n));
  let elapsedMs = 0;
  /** By how much the wall clock is wrong. */
  const wall = { leapMs: 0 };
  const now = () => AT_MS + elapsedMs + wall.leapMs;
  const root = join(home, 'evidence');
  const store = await openLocalDirectory({ root, now });
  const signingKey = loadSigningKey(generateSigningKeyPem());
  const found: Violation[] = [];
  const deps: SweepDeps = {
    ledger,
    store,
    signingKey,
    verifyTimestamp: null,
    place: PLACE,
    readClocks: () => ({ boot_id: 'a-boot', wall_ms: now(), boottime_ms: elapsedMs }),
    walkLedger: () => verifyWithCheckpoints({ ledger, store, key: signingKey.publicKey }),
    reportViolation: async (violation) => found.push(violation) > 0,
    log: { warn: () => undefined, error: () => undefined },
    now,
  };
  const custodian = createCustodian({
    store,
    key: signingKey,
    ledger,
    policy: () => ({ digest: 'a'.repeat(64), recovery: { capture: { retention: KEPT_FOR } } }),
    standing: () => UNTRIED,
  });
  const put = (text: string) => store.put(Buffer.from(text), 'application/zstd');
  const artifacts = async (n: number) => ({
    logs: await put(`logs of ${n}`),
    memory: await put(`memory of ${n}`),
  });

  /** The steps of the workflow, in its order. */
  async function sweepNow(
    ledgerChanges: Partial<SweepDeps['ledger']> = {},
    storeChanges: Partial<SweepDeps['store']> = {},
  ) {
    const changed = {
      ...deps,
      ledger: { ...ledger, ...ledgerChanges },
      store: { ...store, ...storeChanges },
    };
    const page = { after: '', limit: 10 };
    const unmarked = await unmarkKept(changed, page);
    const removed = await removeMarked(changed, page);
    const marked = await markOverdue(changed, page);
    const { refused } = removed;
    return { unmarked: unmarked.done, removed: removed.done, marked: marked.done, refused };
  }

  const readClocks = () => ledger.custodyClock.advance(deps.readClocks());

  return {
    deps,
    ledger,
    wall,
    root,
    found,
    setTo: (ms: number) => void (elapsedMs = ms - AT_MS),
    readClocks,
    sweepNow,
    /** Hour by hour up to then, as the schedule would have it; the changes are for the last sweep alone. */
    sweepAt: async (ms: number, ...changes: Parameters<typeof sweepNow>) => {
      if ((await ledger.custodyClock.read()) === null) await readClocks();
      elapsedMs = ms - AT_MS;
      await readClocks();
      return sweepNow(...changes);
    },
    capture: async (n: number) => {
      const refs = await artifacts(n);
      await captured(ledger, n, refs);
      return refs;
    },
    /** The same with a manifest that is signed and kept. */
    captureSealed: async (n: number) => {
      const refs = await artifacts(n);
      const kept = Object.entries(refs).map(([collector, ref]) => ({ collector, ...ref }));
      const { receipt, retention } = await custodian.seal({
        ...{ incident_id: incidentId(n), snapshot_id: 'a-snapshot', class: 'prompt_injection' },
        ...{ severity: 'high', subject: {}, host: 'host-3', frozen: null },
        ...{ artifacts: kept, gaps: [], taken_ms: now() },
      });
      const gone = { gaps: [], reset_count: null };
      const event = { type: 'captured', artifacts: kept, ...gone, receipt, retention } as const;
      await ledger.log.append(incidentId(n), [recorded(`captured-${n}`, event)]);
      return { ...refs, manifest: receipt.manifest, retention };
    },
    verify: (manifest: EvidenceRef) =>
      verifyCustody([manifest], {
        store,
        key: signingKey.publicKey,
        tombstoneOf: async (sha256) => (await ledger.keeping.object(sha256))?.tombstone ?? null,
      }),
    has: async (ref: EvidenceRef) =>
      store.get(ref).then(
        () => true,
        () => false,
      ),
    stateOf: async ({ sha256 }: EvidenceRef) => (await ledger.keeping.object(sha256))?.state,
    touches: async (n: number) =>
      (await ledger.register.timeline(incidentId(n))).filter(({ type }) => type === 'custody'),
    stop: async () => {
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
