import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareOfToday, verifyLedger, verifyObjects } from '../../activities/verify-evidence.ts';
import { Fault } from '../../src/domain/fault.ts';
import { signCheckpoint, CHECKPOINT_MEDIA_TYPE } from '../../src/evidence/checkpoint.ts';
import { ada, day, refOf } from '../support/keeping.ts';
import { AT, incidentId } from '../support/admissions.ts';
import { captured } from '../support/keeping.ts';
import { sweeping, type Sweeping } from './sweeping.ts';

let on: Sweeping;
beforeEach(async () => void (on = await sweeping()));
afterEach(() => on.stop());

const all = () => verifyObjects(on.deps, { limit: 100 });
const reasons = () => on.found.map(({ evidence }) => evidence['reason']);

async function flip(sha256: string, at = 0): Promise<void> {
  const path = join(on.root, 'objects', 'sha256', sha256.slice(0, 2), sha256);
  const bytes = await readFile(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await chmod(path, 0o644);
  await writeFile(path, bytes);
}

describe('reading evidence back', () => {
  it('finds nothing where nothing was touched, and says how much it read', async () => {
    const { logs, memory, manifest } = await on.captureSealed(1);
    const bytes = logs.size + memory.size + manifest.size;
    expect(await all()).toEqual({ entries: 0, objects: 3, bytes, misses: 0, unreported: 0 });
    expect(on.found).toEqual([]);
  });

  it.each(['logs', 'memory', 'manifest'] as const)('finds one changed byte of %s', async (name) => {
    const refs = await on.captureSealed(1);
    await flip(refs[name].sha256);
    expect(await all()).toMatchObject({ objects: 3, misses: 1 });
    expect(on.found).toMatchObject([{ evidence: { reason: 'corrupt', at: refs[name].sha256 } }]);
  });

  it('finds what is gone without a tombstone, under one key however often', async () => {
    const { memory } = await on.captureSealed(1);
    await on.deps.store.remove(memory.sha256);
    await all();
    await all();
    expect(reasons()).toEqual(['missing', 'missing']);
    expect(new Set(on.found.map(({ key }) => key)).size).toBe(1);
  });

  it('finds a manifest that another key has signed, though its bytes are what they were', async () => {
    const other = await sweeping();
    const { manifest } = await other.captureSealed(1);
    const bytes = await other.deps.store.get(manifest);
    await other.stop();
    await on.deps.store.put(bytes, manifest.media_type);
    await captured(on.ledger, 1, { manifest });
    await all();
    expect(reasons()).toContain('foreign_key');
  });

  it('accepts what has expired, as long as its tombstone is there', async () => {
    const { memory } = await on.captureSealed(1);
    await on.sweepAt(day(31));
    await on.sweepAt(day(33));
    expect(await all()).toMatchObject({ misses: 0 });
    const object = await on.ledger.keeping.object(memory.sha256);
    await flip(object?.tombstone?.sha256 ?? '', 70);
    await all();
    expect(reasons()).toEqual(expect.arrayContaining(['bad_tombstone', 'corrupt']));
  });

  it('accepts what was removed and is decided longer since', async () => {
    await on.captureSealed(1);
    await on.sweepAt(day(31));
    await on.sweepAt(day(33));
    await on.ledger.keeping.extend(incidentId(1), day(400), ada());
    expect(await all()).toMatchObject({ misses: 0 });
  });

  it('accepts what had gone when it was decided longer, before anybody knew', async () => {
    const { memory } = await on.captureSealed(1);
    await on.sweepAt(day(31));
    const gone = () => Promise.reject(new Error('killed'));
    const { expiry } = on.ledger;
    await expect(on.sweepAt(day(33), { expiry: { ...expiry, gone } })).rejects.toThrow('killed');
    await on.ledger.keeping.extend(incidentId(1), day(400), ada());
    await on.sweepAt(day(33.1));
    expect(await on.stateOf(memory)).toBe('removed');
    expect(await all()).toMatchObject({ misses: 0 });
  });

  it('throws where the store cannot answer, and opens nothing', async () => {
    await on.captureSealed(1);
    const down = new Fault('evidence_store_unavailable', 'EIO', { retryable: true });
    const read = () => {
      throw down;
    };
    const deps = { ...on.deps, store: { ...on.deps.store, read } };
    await expect(verifyObjects(deps, { limit: 9 })).rejects.toBe(down);
    expect(on.found).toEqual([]);
  });

  it('counts what no class of the policy takes, for the log and the health', async () => {
    const { memory } = await on.captureSealed(1);
    await on.deps.store.remove(memory.sha256);
    const deps = { ...on.deps, reportViolation: async () => false };
    expect(await verifyObjects(deps, { limit: 9 })).toMatchObject({ misses: 1, unreported: 1 });
  });
});

describe('the turns', () => {
  it('come to everything within seven days, a sixth each day', async () => {
    const artifacts = Object.fromEntries(
      Array.from({ length: 29 }, (_, n) => [`status:${n}`, refOf(`artifact ${n}`)]),
    );
    await captured(on.ledger, 1, artifacts);
    const share = await shareOfToday(on.deps);
    expect(share).toBe(5);
    const looked = new Set<string>();
    for (let today = 0; today < 6; today += 1) {
      const objects = await on.ledger.rota.next(share);
      for (const { sha256 } of objects) looked.add(sha256);
      await on.ledger.rota.done(objects.map(({ sha256 }) => sha256));
    }
    expect(looked.size).toBe(30);
  });
});

describe('walking the ledger', () => {
  const meddle = (...statements: string[]) => {
    const db = new DatabaseSync(join(on.root, '..', 'ledger.db'));
    for (const statement of statements) db.exec(statement);
    db.close();
  };

  it('finds nothing where it is whole', async () => {
    expect(await verifyLedger(on.deps)).toMatchObject({ entries: 2, misses: 0 });
  });

  it('finds an entry that was changed', async () => {
    meddle("update entries set at = '2020-01-01T00:00:00.000Z' where seq = 1");
    expect(await verifyLedger(on.deps)).toMatchObject({ misses: 1 });
    expect(on.found).toMatchObject([{ evidence: { of: 'ledger', at: 'entry 1' } }]);
  });

  it('finds a checkpoint of which a byte was changed, and a tail that was cut off behind one', async () => {
    const head = await on.ledger.register.head();
    if (head === null) throw new RangeError('an empty ledger');
    const content = { ...head, at: AT, entries_count: head.seq };
    const bytes = signCheckpoint(content, on.deps.signingKey);
    const ref = await on.deps.store.put(bytes, CHECKPOINT_MEDIA_TYPE);
    await on.ledger.checkpoints.add(head.seq, ref);
    expect(await verifyLedger(on.deps)).toMatchObject({ misses: 0 });
    await flip(ref.sha256, 40);
    await verifyLedger(on.deps);
    expect(reasons()).toEqual(['bad_checkpoint']);
    await flip(ref.sha256, 40);
    meddle(`delete from entries where seq = ${head.seq}`);
    await verifyLedger(on.deps);
    expect(on.found).toHaveLength(2);
  });
});
