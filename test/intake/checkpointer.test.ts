import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { verifyLedger } from '../../src/adapters/ledger/verify.ts';
import { verifyCheckpoint } from '../../src/evidence/checkpoint.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { checkpoint } from '../../src/intake/checkpointer.ts';
import { admission } from '../support/admissions.ts';
import { SQLITE } from '../support/ledgers.ts';
import { clock, quiet, scratch } from './scratch.ts';

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
