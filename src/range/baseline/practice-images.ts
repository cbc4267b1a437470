import { generateKeyPairSync, createPublicKey, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The images of the practice range, by repository. Its inventory knows the same. */
export const PRACTICE_IMAGES: Readonly<Record<string, string>> = {
  'practice/planner': 'sha256:5668040815c0fae5d69bd98aa63212c2df54464136f9b398211adb39daa2debd',
  'practice/worker': 'sha256:bf86b4bda9e62f21feb433b3bb2445ea137aaeb26309369f4faa5c7fcacd9de2',
  'practice/reviewer': 'sha256:b62f619b637a9cba0baa3b90bb9f573f80d403f868f4966d79628e22da40b5db',
};

/** Signs them as cosign does, by a key that nobody keeps: nothing else will ever be signed by it. */
export function signPracticeImages(folder: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signatures = join(folder, 'signatures');
  mkdirSync(signatures, { recursive: true, mode: 0o700 });
  for (const [repository, digest] of Object.entries(PRACTICE_IMAGES)) {
    const identity = { 'docker-reference': repository };
    const image = { 'docker-manifest-digest': digest };
    const critical = { identity, image, type: 'cosign container image signature' };
    const payload = JSON.stringify({ critical, optional: null });
    const signature = sign('sha256', Buffer.from(payload), privateKey).toString('base64');
    const file = join(signatures, digest.replace(':', '-'));
    writeFileSync(`${file}.payload`, payload);
    writeFileSync(`${file}.sig`, `${signature}\n`);
  }
  const lines = Object.entries(PRACTICE_IMAGES).map(([name, digest]) => `  ${name}: [${digest}]`);
  writeFileSync(join(folder, 'images.yaml'), `images:\n${lines.join('\n')}\n`);
  const pem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  writeFileSync(join(folder, 'cosign.pub'), pem);
}
