import { execFile } from 'node:child_process';
import { appendFile, mkdtemp, readdir, rm, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tryStore } from '../../../src/adapters/store/canary.ts';
import { makeImmutable } from '../../../src/adapters/store/immutable.ts';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { TriedStore } from '../../../src/adapters/store/trial.ts';
import { faultOf } from '../../support/evidence-bytes.ts';
import { keepsTheContract } from '../../support/evidence-store-contract.ts';

const BYTES = Buffer.from('what the agent had in memory');
const REFUSED = expect.objectContaining({ code: 'EPERM' });

let root: string;
let store: TriedStore;

const open = (immutable = true) => openLocalDirectory({ root, immutable, now: Date.now });
const pathOf = (sha256: string) => join(root, 'objects', 'sha256', sha256.slice(0, 2), sha256);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordon-immutable-'));
  store = await open();
});
afterEach(async () => {
  await promisify(execFile)('chattr', ['-R', '-i', root]);
  await rm(root, { recursive: true });
});

describe('a local directory with the immutable flag', () => {
  keepsTheContract(async () => ({ store, reopen: open, stage: join(root, 'stage') }));
});

describe('the immutable flag', () => {
  it('is on every object, however it came and whoever kept it first', async () => {
    const { sha256 } = await (await open(false)).put(BYTES, 'text/plain');
    await appendFile(pathOf(sha256), '');
    await store.put(BYTES, 'text/plain');
    await expect(appendFile(pathOf(sha256), 'more')).rejects.toThrow(REFUSED);
    await expect(unlink(pathOf(sha256))).rejects.toThrow(REFUSED);
    expect(await store.get(sha256)).toEqual(BYTES);
  });

  it('goes with the object when that is removed, also by one that sets none', async () => {
    const { sha256 } = await store.put(BYTES, 'text/plain');
    await (await open(false)).remove(sha256);
    await expect(store.get(sha256)).rejects.toThrow(faultOf('evidence_missing', false));
  });

  it('is missed, for now, where it cannot be set', async () => {
    const setting = makeImmutable(join(root, 'not there'));
    await expect(setting).rejects.toThrow(faultOf('evidence_store_unavailable', true));
  });

  it('makes the canary find that everything is refused but what takes the capability', async () => {
    const verdict = await tryStore(store.trial, Date.now, new AbortController().signal);
    expect(verdict).toMatchObject({ store: 'local-directory', enforcing: true });
    expect(verdict.tried.map(({ attempt, detail }) => [attempt, detail])).toEqual([
      ['write_again', 'EEXIST'],
      ['overwrite', 'EPERM'],
      ['alter', 'EPERM'],
      ['delete', 'EPERM'],
    ]);
    expect(verdict.not_tried.map(({ attempt }) => attempt)).toEqual(['clear_the_flag']);
    const names = await readdir(join(root, 'canary'), { recursive: true });
    expect(names.filter((name) => name.includes('/'))).toEqual([]);
  });
});
