import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createCustodian } from '../../../src/adapters/custody/custodian.ts';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { StoreStanding } from '../../../src/domain/store-verdict.ts';
import { verifyManifest } from '../../../src/evidence/manifest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../../src/evidence/signing-key.ts';

const NOW = Date.UTC(2026, 0, 1);

it('says in every manifest how the store stood when it was written', async () => {
  const root = await mkdtemp(join(tmpdir(), 'cordon-custody-'));
  const store = await openLocalDirectory({ root, now: () => NOW });
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  let standing: StoreStanding = { kind: 'local-directory', enforcing: false, checked_at: '' };
  const key = loadSigningKey(generateSigningKeyPem());
  const custodian = createCustodian({
    ...{ store, key, standing: () => standing, policyDigest: () => 'ab'.repeat(32) },
    register: { head: async () => null },
  });
  const ref = await store.put(Buffer.from('a status'), 'application/json');
  const storeIn = async (snapshot_id: string) => {
    const receipt = await custodian.seal({
      ...{ incident_id: 'INC-20260101-120000-0badcafe', snapshot_id, class: 'prompt_injection' },
      ...{ severity: 'high', subject: { host: 'web-1' }, host: 'web-1', frozen: null, gaps: [] },
      artifacts: [{ collector: 'status', ...ref }],
      taken_ms: NOW,
    });
    const verdict = verifyManifest(await store.get(receipt.manifest), key.publicKey);
    return verdict.valid ? verdict.manifest.store : verdict;
  };

  expect(await storeIn('before')).toEqual(standing);
  standing = { ...standing, enforcing: true, checked_at: new Date(NOW).toISOString() };
  expect(await storeIn('after')).toEqual(standing);
});
