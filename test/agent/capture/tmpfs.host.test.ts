import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectTmpfs } from '../../../src/agent/capture/tmpfs.ts';
import { MOST_SPARSE_BYTES } from '../../../src/agent/capture/tree-archive.ts';
import { collecting } from '../../support/collecting.ts';
import { contained } from '../../support/contained.ts';
import { swapper } from '../../support/swapper.ts';
import { contentIn, indexOf, namesIn, stockTar } from '../../support/tar-listing.ts';

/** Long enough for a reader that follows links to be caught hundreds of times. */
const RACE_MS = 2_000;
const FILES = Array.from({ length: 50 }, (_, file) => `file-${file}`);
const MIB = 1024 * 1024;

let folder: string;
let root: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmpfs-'));
  root = join(folder, 'root');
  mkdirSync(root);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What is archived of a container that the script has built, in its root. */
async function captured(script: string, silent: string[] = []) {
  await using container = await contained({ root, script, silent });
  return await collecting(collectTmpfs, [container.pid]);
}

describe('the tmpfs of a container', () => {
  it('are in a tar that stock tools read, each once, whatever else they are mounted as', async () => {
    const { bytes, verdict } = await captured(`
      mkdir work again shm; mount -t tmpfs t work; mount -t tmpfs t shm
      mkdir work/deep; echo MARKER-one > work/deep/file; echo MARKER-two > shm/other
      mount --bind work/deep again`);
    expect(verdict).toMatchObject({ completeness: 'complete', reason: '' });
    expect(contentIn(bytes, 'work/deep/file')).toBe('MARKER-one\n');
    expect(namesIn(bytes).toSorted()).toEqual(
      ['cordon-index.json', 'shm', 'shm/other', 'work', 'work/deep', 'work/deep/file'].toSorted(),
    );
  });

  it('are a complete archive of nothing where there is none', async () => {
    const { bytes, verdict } = await captured('true');
    expect(verdict.completeness).toBe('complete');
    expect(namesIn(bytes)).toEqual(['cordon-index.json']);
  });

  it('do not include what hides the files of /proc and /sys', async () => {
    const { bytes } = await captured(`
      mkdir -p proc/acpi sys/firmware; mount -t tmpfs t proc/acpi; mount -t tmpfs t sys/firmware
      touch proc/acpi/x sys/firmware/x`);
    expect(namesIn(bytes)).toEqual(['cordon-index.json']);
  });

  it('are followed nowhere: links to files, and links as components, stand as links', async () => {
    const { bytes } = await captured(`
      mkdir work; mount -t tmpfs t work; ln -s /etc work/evil; ln -s ../../../../etc/passwd work/up
      ln -s /proc/1/environ work/env; ln -s /run/secrets/x work/secret`);
    expect(namesIn(bytes)).toHaveLength(6);
    expect(stockTar(bytes, '-tv').toString()).toMatch(/work\/evil -> \/etc\n/);
    expect(bytes.includes('root:x:0:0')).toBe(false);
  });

  it('keep devices, pipes and sockets by their headers, and open none', async () => {
    const { bytes, verdict } = await captured(`
      mkdir work; mount -t tmpfs t work; mkfifo work/fifo; mknod work/zero c 1 5; mknod work/disk b 254 0
      python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("work/socket")'`);
    const lines = stockTar(bytes, '-tv').toString();
    expect(lines).toMatch(/^prw.* mnt-\d+\/work\/fifo$/m);
    expect(lines).toMatch(/^crw.* 1,5 .*work\/zero$/m);
    expect(lines).toMatch(/^brw.* 254,0 .*work\/disk$/m);
    expect(indexOf(bytes)).toContainEqual(expect.objectContaining({ kind: 'socket' }));
    expect(verdict.completeness).toBe('complete');
  });

  it('give the beginning of a sparse file of a TiB, with its size and a digest', async () => {
    const { bytes, verdict } = await captured(`
      mkdir work; mount -t tmpfs t work; echo MARKER > work/a-sparse; truncate -s 1T work/a-sparse
      echo behind > work/b`);
    expect(verdict).toMatchObject({ completeness: 'truncated', reason: 'not all of a large file' });
    expect(bytes.length).toBeLessThan(MOST_SPARSE_BYTES + MIB);
    expect(contentIn(bytes, 'work/b')).toBe('behind\n');
    expect(indexOf(bytes)).toContainEqual(
      expect.objectContaining({
        path: expect.stringMatching(/work\/a-sparse$/) as string,
        kind: 'truncated',
        size: String(2 ** 40),
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      }),
    );
  });

  it('keep names that are not text, that have lines, and that are long', async () => {
    const long = 'n'.repeat(200);
    const { bytes } = await captured(`
      mkdir work; mount -t tmpfs t work; cd work; echo 1 > $'bad\\xff\\xfe'; echo 2 > $'two\\nlines'
      echo 3 > -leading; mkdir ${long}; echo 4 > ${long}/ü`);
    const names = namesIn(bytes);
    expect(names).toEqual(
      expect.arrayContaining(['work/bad\\\\xff\\\\xfe', 'work/two\\nlines', 'work/-leading']),
    );
    expect(contentIn(bytes, `${long}/ü`)).toBe('4\n');
    const hex = Buffer.from('bad\xff\xfe', 'latin1').toString('hex');
    expect(bytes.toString('latin1')).toMatch(new RegExp(`CORDON\\.path\\.hex=[0-9a-f]+${hex}\n`));
  });

  it('keep times beyond 2038 and owners beyond the fields of old', async () => {
    const { bytes } = await captured(`
      mkdir work; mount -t tmpfs t work; touch -d '2100-01-02 UTC' work/x; chown 3000000:5 work/x`);
    const lines = stockTar(bytes, '-tv', '--numeric-owner', '--utc').toString();
    expect(lines).toMatch(/3000000\/5 .*2100-01-02 00:00 .*work\/x$/m);
  });

  it('do not hang on a filesystem below them that never answers', async () => {
    const { bytes, verdict } = await captured(
      'mkdir work; mount -t tmpfs t work; mkdir work/hung; echo MARKER > work/z',
      ['work/hung'],
    );
    expect(verdict.completeness).toBe('complete');
    expect(contentIn(bytes, 'work/z')).toBe('MARKER\n');
    expect(indexOf(bytes)).toContainEqual(expect.objectContaining({ kind: 'skipped' }));
  });

  it('do not hang on one among the secrets, which are looked at and not taken', async () => {
    const { bytes, verdict } = await captured(
      'mkdir run; mount -t tmpfs t run; mkdir -p run/secrets/hung; echo MARKER > run/z',
      ['run/secrets/hung'],
    );
    expect(verdict.completeness).toBe('complete');
    expect(contentIn(bytes, 'run/z')).toBe('MARKER\n');
  });

  it('are truncated at the deadline, in an archive that is whole', async () => {
    await using container = await contained({
      root,
      script: 'mkdir work; mount -t tmpfs t work; echo x > work/x',
    });
    const taken = await collecting(collectTmpfs, [container.pid], { withinMs: 0 });
    expect(taken.verdict).toMatchObject({
      completeness: 'truncated',
      reason: 'the deadline passed',
    });
    expect(namesIn(taken.bytes)).toEqual(['work', 'cordon-index.json']);
  });

  it('are a failure where the processes are gone', async () => {
    await using container = await contained({ root, script: 'true' });
    const options = { onPinned: container.kill };
    const { verdict } = await collecting(collectTmpfs, [container.pid], options);
    expect(verdict).toMatchObject({ completeness: 'failed', reason: 'exited' });
  });
});

describe('what was entrusted to a container', () => {
  const SECRET = 'TOP-SECRET';

  it.each([
    ['as a mount of its own', 'mount -t tmpfs t run/secrets; echo $SECRET > run/secrets/key'],
    ['as a directory', 'echo $SECRET > run/secrets/key'],
    [
      'bound to another place',
      'mount -t tmpfs t run/secrets; echo $SECRET > run/secrets/key; mount --bind run/secrets work',
    ],
    [
      'as a directory that is bound to another place',
      'echo $SECRET > run/secrets/key; mount --bind run/secrets work',
    ],
    [
      'in a part of a tmpfs that can be seen as a whole',
      'mount -t tmpfs t work; mkdir -p work/part/secrets; mount --bind work/part run; echo $SECRET > run/secrets/key',
    ],
    ['with a hard link to it', 'echo $SECRET > run/secrets/key; ln run/secrets/key run/harmless'],
    [
      'with a symbolic link to it',
      'echo $SECRET > run/secrets/key; ln -s secrets/key run/harmless',
    ],
    [
      'a file at a time, as swarms do',
      'mount -t tmpfs t work; echo $SECRET > work/key; touch run/secrets/key; mount --bind work/key run/secrets/key',
    ],
  ])('is absent: %s', async (_, script) => {
    const { bytes } = await captured(`
      mkdir run work; mount -t tmpfs t run; mkdir run/secrets; echo MARKER > run/other
      SECRET=TOP-SECR; SECRET=\${SECRET}ET; ${script}`);
    expect(bytes.includes(SECRET)).toBe(false);
    expect(namesIn(bytes).filter((name) => name.includes('key'))).toEqual([]);
  });

  it('does not take along what lies beside it', async () => {
    const { bytes } = await captured(`
      mkdir run; mount -t tmpfs t run; mkdir run/secrets; echo ${SECRET} > run/secrets/key
      echo MARKER > run/other`);
    expect(contentIn(bytes, 'run/other')).toBe('MARKER\n');
  });
});

describe('a directory that is swapped for a link to the host', () => {
  it('gives nothing of the host, however often it is tried', async () => {
    const host = join(folder, 'host');
    mkdirSync(host);
    for (const name of FILES) writeFileSync(join(host, name), 'HOST-BYTES');
    const script = `mkdir work; mount -t tmpfs t work; mkdir work/dir; ln -s ${host} work/link
      for i in ${FILES.join(' ')}; do echo MARKER > work/dir/$i; done`;
    await using container = await contained({ root, script });
    const work = `/proc/${container.pid}/root/work`;
    await using _ = await swapper(`${work}/dir`, `${work}/link`);
    const [first = ''] = FILES;
    let careless = 0;
    let rounds = 0;
    for (const end = performance.now() + RACE_MS; performance.now() < end; rounds += 1) {
      careless += readFileSync(`${work}/dir/${first}`, 'utf8') === 'HOST-BYTES' ? 1 : 0;
      const { bytes } = await collecting(collectTmpfs, [container.pid]);
      expect(bytes.includes('HOST-BYTES')).toBe(false);
    }
    expect(careless).toBeGreaterThan(0);
    expect(careless).toBeLessThan(rounds);
  });
});
