import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Inventory } from '../../../src/domain/inventory.ts';
import { stateWith, type State } from './state.ts';

const digestOf = (name: string) => `sha256:${createHash('sha256').update(name).digest('hex')}`;
const [PLANNER, WORKER] = [digestOf('planner'), digestOf('worker')];

let state: State;
let running: string[];
let key: KeyObject;
beforeEach(async () => {
  running = [`practice/planner@${PLANNER}`];
  state = await stateWith({ inventory: { read: async () => inventory() } });
  mkdirSync(join(state.home, 'signatures'));
  key = pin(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  approve({ 'practice/planner': [PLANNER], 'practice/worker': [WORKER] });
  signImage('practice/planner', PLANNER);
  signImage('practice/worker', WORKER);
});
afterEach(() => state.stop());

function inventory(): Inventory {
  const nothing = { secrets: [], state: [], egress: [], consumers: [] };
  const agents = running.map((image, index) => [`agent-${index}`, { ...nothing, image }]);
  const rest = { operators: {}, vaults: {}, own_networks: [] };
  return { version: 1, agents: Object.fromEntries(agents), ...rest };
}

function pin({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) {
  write('cosign.pub', publicKey.export({ type: 'spki', format: 'pem' }).toString());
  return privateKey;
}

function write(path: string, text: string): void {
  writeFileSync(join(state.home, path), text);
}

function approve(images: Record<string, string[]>): void {
  write('images.yaml', JSON.stringify({ images }));
}

function signImage(repository: string, digest: string, by = key, about = digest): void {
  const identity = { 'docker-reference': repository };
  const image = { 'docker-manifest-digest': about };
  const critical = { identity, image, type: 'cosign container image signature' };
  const payload = JSON.stringify({ critical, optional: null });
  const algorithm = by.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const file = `signatures/${digest.replace(':', '-')}`;
  write(`${file}.payload`, payload);
  write(`${file}.sig`, sign(algorithm, Buffer.from(payload), by).toString('base64'));
}

const find = (over: object = {}) =>
  state.find({
    kind: 'image_signature',
    key_file: 'cosign.pub',
    approved_file: 'images.yaml',
    signatures: 'signatures',
    ...over,
  });

describe('approved images', () => {
  it('pass when each is signed by the pinned key', async () => {
    expect(await find()).toBe('pass: 2 images are signed by cosign.pub');
  });

  it('pass with a key of another kind', async () => {
    key = pin(generateKeyPairSync('ed25519'));
    signImage('practice/planner', PLANNER);
    signImage('practice/worker', WORKER);
    expect(await find()).toMatch(/^pass/);
  });

  it.each<[string, () => void, string]>([
    [
      'without a signature',
      () => rmSync(join(state.home, `signatures/${WORKER.replace(':', '-')}.sig`)),
      'bears no signature',
    ],
    [
      'signed by another key',
      () =>
        signImage(
          'practice/worker',
          WORKER,
          generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
        ),
      'is not signed by the pinned key',
    ],
    [
      'with the signature of another digest',
      () => signImage('practice/worker', WORKER, key, PLANNER),
      'bears the signature of another image',
    ],
    [
      'with the signature of another repository',
      () => signImage('practice/planner', WORKER),
      'bears the signature of another image',
    ],
  ])('fail %s', async (_, change, flaw) => {
    change();
    expect(await find()).toBe(`fail: practice/worker@${WORKER} ${flaw}`);
  });

  it('fail beside one that runs and is not approved', async () => {
    running.push(`practice/planner@${digestOf('evil')}`);
    expect(await find()).toBe(`fail: ${running[1]} runs and is not approved`);
  });

  it('fail with a payload that was changed after it was signed', async () => {
    write(`signatures/${WORKER.replace(':', '-')}.payload`, '{}');
    expect(await find()).toMatch(/is not signed by the pinned key$/);
  });
});

describe('what cannot be compared is not known', () => {
  it.each<[string, () => void, RegExp]>([
    ['no key', () => write('cosign.pub', 'secret'), /^unknown: cosign.pub holds no public key$/],
    ['no list', () => rmSync(join(state.home, 'images.yaml')), /images.yaml cannot be read/],
    ['a list of nothing', () => approve({}), /^unknown: images.yaml approves no image$/],
    ['a list of something else', () => approve({ a: ['latest'] }), /has not the form of its kind/],
    [
      'no signatures at all',
      () => rmSync(join(state.home, 'signatures'), { recursive: true }),
      /^unknown: there is no directory signatures$/,
    ],
  ])('%s', async (_, change, finding) => {
    change();
    expect(await find()).toMatch(/^unknown/);
    expect(await find()).toMatch(finding);
  });
});
