import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { verifyLedger } from '../../src/adapters/ledger/verify.ts';
import { verifyCheckpoint } from '../../src/evidence/checkpoint.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { checkpoint, startCheckpointer } from '../../src/intake/checkpointer.ts';
import { admission } from '../support/admissions.ts';
import { eventually } from '../support/eventually.ts';
import { freshLedger, SQLITE } from '../support/ledgers.ts';
import { clock, quiet, scratch } from './scratch.ts';

/** As `src/intake/checkpointer.ts` has it. */
const EVERY_MS = 60_000;

it('signs the head once it has moved, so that a tail that was cut off since is found', async () => {
  const place = await SQLITE.place();
  const ledger = await place.open();
  const store = await openLocalDirectory({ root: join(await scratch(), 'evidence'), now: clock });
  const key = loadSigningKey(generateSigningKeyPem());
  const deps = { ledger, store, key, now: clock, log: quiet };

  expect(await checkpoint(deps, 0)).toBe(0);
  await ledger.log.admit(admission(1));
  await ledger.log.admit(admission(2));
  expect(await checkpoint(deps, 0)).toBe(2);
  expect(await checkpoint(deps, 2)).toBe(2);

  const [kept, ...more] = await ledger.checkpoints.all();
  expect(more).toEqual([]);
  const verdict = verifyCheckpoint(await store.get(kept?.ref ?? ''), key.publicKey);
  if (!verdict.valid) throw new Error(verdict.detail);
  const checkpoints = [verdict.checkpoint];
  expect(await verifyLedger(ledger, { checkpoints })).toMatchObject({ valid: true, count: 2 });

  await place.meddle('delete from entries where seq = 2');
  expect(await verifyLedger(ledger, { checkpoints })).toMatchObject({ valid: false });
});

it('signs every minute in which the ledger moves, and what is left when it stops', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const ledger = await freshLedger(SQLITE);
  const store = await openLocalDirectory({ root: join(await scratch(), 'evidence'), now: clock });
  const key = loadSigningKey(generateSigningKeyPem());
  let tries = 0;
  const put: typeof store.put = async (...given) => {
    tries += 1;
    if (tries === 1) throw new Error('no room');
    return store.put(...given);
  };
  const deps = { ledger, store: { ...store, put }, key, now: clock, log: quiet };
  const checkpointer = startCheckpointer(deps);
  const signed = () => ledger.checkpoints.all();

  await ledger.log.admit(admission(1));
  vi.advanceTimersByTime(EVERY_MS);
  await eventually(
    () => tries,
    (times) => times === 1,
  );
  vi.advanceTimersByTime(EVERY_MS);
  await eventually(signed, ({ length }) => length === 1);
  vi.advanceTimersByTime(EVERY_MS);
  await ledger.log.admit(admission(2));
  await checkpointer.stop();
  expect((await signed()).map(({ seq }) => seq)).toEqual([1, 2]);
});
