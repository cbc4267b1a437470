import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import type { EvidenceRef, EvidenceStore } from '../../src/domain/evidence.ts';
import type { CustodyMeans } from '../../src/evidence/inspect-snapshot.ts';
import {
  generateSigningKeyPem,
  loadSigningKey,
  type SigningKey,
} from '../../src/evidence/signing-key.ts';
import { keepCapture } from './captures.ts';

/** A store with one capture in it, whose files can be meddled with. */
export interface Kept extends CustodyMeans {
  store: EvidenceStore;
  signingKey: SigningKey;
  manifest: EvidenceRef;
  flip(sha256: string, at: number): Promise<void>;
  lose(sha256: string): Promise<void>;
  remove(): Promise<void>;
}

export async function kept(): Promise<Kept> {
  const root = await mkdtemp(join(tmpdir(), 'cordon-custody-'));
  const pathOf = (sha256: string) => join(root, 'objects', 'sha256', sha256.slice(0, 2), sha256);
  const store = await openLocalDirectory({ root, now: () => 0 });
  const signingKey = loadSigningKey(generateSigningKeyPem());
  return {
    store,
    key: signingKey.publicKey,
    signingKey,
    manifest: await keepCapture(store, signingKey),
    flip: async (sha256, at) => {
      const bytes = await readFile(pathOf(sha256));
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      await chmod(pathOf(sha256), 0o644);
      await writeFile(pathOf(sha256), bytes);
    },
    lose: (sha256) => rm(pathOf(sha256)),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
