import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectFilesystem } from '../../../src/agent/capture/filesystem.ts';
import { collecting } from '../../support/collecting.ts';
import { contained } from '../../support/contained.ts';
import { contentIn, indexOf, namesIn, stockTar } from '../../support/tar-listing.ts';

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'overlay-'));
  root = join(folder, 'root');
  for (const name of ['root', 'lower', 'upper', 'work']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is archived of a container whose root is an overlay, in which the script runs. */
async function changed(script: string) {
  const overlay = `cd ${folder}; echo old > lower/kept; echo old > lower/removed
    mount -t overlay -o lowerdir=lower,upperdir=${folder}/upper,workdir=${folder}/work o root; cd root`;
  await using container = await contained({ root, script: `${overlay}; ${script}` });
  return await collecting(collectFilesystem, [container.pid]);
}

describe('what a container has changed', () => {
  it('is what it wrote, and not what it was given', async () => {
    const { bytes, verdict } = await changed('mkdir new; echo MARKER > new/file');
    expect(verdict).toMatchObject({ completeness: 'complete', reason: '' });
    expect(contentIn(bytes, 'new/file')).toBe('MARKER\n');
    expect(namesIn(bytes)).not.toContain('kept');
  });

  it('is what it removed, by an entry of its own kind', async () => {
    const { bytes } = await changed('rm removed');
    expect(stockTar(bytes, '-tv').toString()).toMatch(/^c.* 0,0 .*\/removed$/m);
    const removed = { path: expect.stringMatching(/\/removed$/) as string, kind: 'whiteout' };
    expect(indexOf(bytes)).toContainEqual(removed);
  });

  it('is without secrets in its own root, and without hard links to them', async () => {
    const { bytes } = await changed(`
      mkdir -p run/secrets; echo TOP-SECRET > run/secrets/key; ln run/secrets/key harmless`);
    expect(bytes.includes('TOP-SECRET')).toBe(false);
  });

  it('says that opaque directories are not marked', async () => {
    const { verdict } = await changed('true');
    expect(verdict.notes).toEqual([expect.stringMatching(/^opaque directories are not marked/)]);
  });
});

describe('a root whose changes cannot be had', () => {
  it('is unsupported where it is no overlay', async () => {
    const script = `mount -t tmpfs t ${root}`;
    await using container = await contained({ root, script });
    const { verdict } = await collecting(collectFilesystem, [container.pid]);
    expect(verdict).toMatchObject({
      completeness: 'unsupported',
      reason: 'the root is tmpfs, not an overlay',
    });
  });

  it('is unsupported where its directory can be seen by nobody but itself', async () => {
    const script = `cd ${folder}; mount -t tmpfs t work; cd work; mkdir lower upper work
      mount -t overlay -o lowerdir=lower,upperdir=${folder}/work/upper,workdir=work o ../root`;
    await using container = await contained({ root, script });
    const { verdict } = await collecting(collectFilesystem, [container.pid]);
    expect(verdict.completeness).toBe('unsupported');
  });

  it('is unsupported where its words name a directory of the host', async () => {
    mkdirSync(join(folder, 'upper/deep'));
    writeFileSync(join(folder, 'upper/deep/file'), 'HOST-BYTES');
    const script = `cd ${folder}; mount -t tmpfs t upper; mkdir upper/deep upper/work
      mount -t overlay -o lowerdir=lower,upperdir=${folder}/upper/deep,workdir=upper/work o root`;
    await using container = await contained({ root, script });
    const { bytes, verdict } = await collecting(collectFilesystem, [container.pid]);
    expect(verdict).toMatchObject({
      completeness: 'unsupported',
      reason: 'its upper directory is not visible from here',
    });
    expect(bytes.includes('HOST-BYTES')).toBe(false);
  });
});
