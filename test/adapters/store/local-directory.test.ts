import {
  chmod,
  link,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import type { EvidenceRetention, EvidenceStore } from '../../../src/domain/evidence.ts';
import { sha256Hex } from '../../../src/evidence/digest.ts';
import { faultOf as fault } from '../../support/evidence-bytes.ts';
import { keepsTheContract } from '../../support/evidence-store-contract.ts';

const BYTES = Buffer.from('what the agent had in memory');
const DIGEST = sha256Hex(BYTES);
const NOW = Date.UTC(2026, 0, 1);

let root: string;
let store: EvidenceStore & EvidenceRetention;

const open = () => openLocalDirectory({ root, now: () => NOW });
const objectPath = (digest = DIGEST) => join(root, 'objects', 'sha256', digest.slice(0, 2), digest);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'cordon-store-'));
  store = await open();
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('a local directory', () => {
  keepsTheContract(async () => ({ store, reopen: open, stage: join(root, 'stage') }));
});

describe('putting evidence', () => {
  it('keeps an object read-only, in directories of its owner alone', async () => {
    await store.put(BYTES, 'text/plain');
    expect((await stat(objectPath())).mode & 0o777).toBe(0o444);
    expect((await stat(join(objectPath(), '..'))).mode & 0o777).toBe(0o700);
  });

  it('keeps one object of the same bytes, and leaves nothing in the stage', async () => {
    await store.put(BYTES, 'text/plain');
    const { ino } = await stat(objectPath());
    await store.put(BYTES, 'application/octet-stream');
    expect((await stat(objectPath())).ino).toBe(ino);
    expect(await readdir(join(root, 'stage'))).toEqual([]);
  });

  it('keeps one object when many put it at once', async () => {
    const other = await open();
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? other : store).put(BYTES, 'text/plain')),
    );
    expect((await stat(objectPath())).nlink).toBe(1);
    expect(await store.get(DIGEST)).toEqual(BYTES);
  });

  it('refuses to count a changed object as the one put', async () => {
    await store.put(BYTES, 'text/plain');
    await overwrite('something else');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(fault('evidence_corrupt', false));
  });

  it('says that the store cannot be used, and leaves nothing in the stage', async () => {
    await writeFile(join(objectPath(), '..'), 'a file where a directory should be');
    await expect(store.put(BYTES, 'text/plain')).rejects.toThrow(
      fault('evidence_store_unavailable', true),
    );
    expect(await readdir(join(root, 'stage'))).toEqual([]);
  });
});

describe('getting evidence', () => {
  beforeEach(() => store.put(BYTES, 'text/plain'));

  it.each([
    ['changed', 'what the agent had in memorY'],
    ['shortened', 'what'],
    ['emptied', ''],
  ])('finds it %s', async (_what, text) => {
    await overwrite(text);
    await expect(store.get(DIGEST)).rejects.toThrow(fault('evidence_corrupt', false));
  });

  it('finds another object under its name', async () => {
    const { sha256 } = await store.put(Buffer.from('other'), 'text/plain');
    await rm(objectPath());
    await link(objectPath(sha256), objectPath());
    await expect(store.get(DIGEST)).rejects.toThrow(fault('evidence_corrupt', false));
  });

  it('misses it when it was removed', async () => {
    await rm(objectPath());
    await expect(store.get(DIGEST)).rejects.toThrow(fault('evidence_missing', false));
  });

  it('follows no link out of the store', async () => {
    await rename(objectPath(), join(root, 'elsewhere'));
    await symlink(join(root, 'elsewhere'), objectPath());
    await expect(store.get(DIGEST)).rejects.toThrow(fault('evidence_missing', false));
  });
});

describe('opening the store', () => {
  it('removes what a dead writer left a day ago, and nothing that may still be written', async () => {
    for (const [name, ageHours] of [
      ['old', 25],
      ['young', 23],
    ] as const) {
      await writeFile(join(root, 'stage', name), 'half');
      const at = (NOW - ageHours * 3_600_000) / 1000;
      await utimes(join(root, 'stage', name), at, at);
    }
    await open();
    expect(await readdir(join(root, 'stage'))).toEqual(['young']);
  });

  it('says that the store cannot be used where it cannot be made', async () => {
    const blocked = join(root, 'blocked');
    await writeFile(blocked, '');
    const opening = openLocalDirectory({ root: blocked, now: () => NOW });
    await expect(opening).rejects.toThrow(fault('evidence_store_unavailable', true));
  });

  it('makes the directories it needs', async () => {
    const deep = join(root, 'a', 'b');
    await mkdir(join(root, 'a'));
    const other = await openLocalDirectory({ root: deep, now: () => NOW });
    expect(await other.get(await other.put(BYTES, 'text/plain'))).toEqual(BYTES);
  });
});

async function overwrite(text: string): Promise<void> {
  await chmod(objectPath(), 0o644);
  await writeFile(objectPath(), text);
}

describe('removing evidence', () => {
  it('takes the object away, and only that one', async () => {
    const other = await store.put(Buffer.from('another'), 'text/plain');
    const { sha256 } = await store.put(BYTES, 'text/plain');
    await store.remove(sha256);
    await expect(store.get(sha256)).rejects.toEqual(fault('evidence_missing', false));
    expect(await store.get(other)).toEqual(Buffer.from('another'));
  });

  it('is harmless twice, and of what was never there', async () => {
    const { sha256 } = await store.put(BYTES, 'text/plain');
    await store.remove(sha256);
    await store.remove(sha256);
    await store.remove(sha256Hex(Buffer.from('never kept')));
  });

  it('lets the same bytes be put again', async () => {
    const ref = await store.put(BYTES, 'text/plain');
    await store.remove(ref.sha256);
    expect(await store.put(BYTES, 'text/plain')).toEqual(ref);
    expect(await store.get(ref)).toEqual(BYTES);
  });
});
