import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inflate, MOST_INFLATED_BYTES } from '../../../src/shim/alerts/inflate.ts';

const MIB = 1024 * 1024;

/** RFC 8878: a frame of run-length blocks, each of which says `size` zeros in four bytes. */
function zstdBomb(bytes: number): Buffer {
  const blockSize = 128 * 1024;
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b0000_0000, 0x38]);
  const block = Buffer.alloc(4);
  block.writeUIntLE((blockSize << 3) | (1 << 1), 0, 3);
  const last = Buffer.from(block);
  last.writeUIntLE((blockSize << 3) | (1 << 1) | 1, 0, 3);
  const blocks = Buffer.alloc((bytes / blockSize) * 4 - 4, block);
  return Buffer.concat([header, blocks, last]);
}

/** RFC 1952, section 2.2: a file may have many members. */
function gzipBomb(members: number): Buffer {
  const member = gzipSync(Buffer.alloc(64 * MIB), { level: 1 });
  return Buffer.concat(Array<Buffer>(members).fill(member));
}

describe('a body that says more than its size', () => {
  it('is read as far as it may be', async () => {
    const most = Buffer.alloc(MOST_INFLATED_BYTES, 'x');
    expect((await inflate(gzipSync(most), 'gzip')).length).toBe(MOST_INFLATED_BYTES);
    await expect(inflate(gzipSync(Buffer.concat([most, most])), 'gzip')).rejects.toMatchObject({
      code: 'body_too_large',
    });
  });

  it.each([
    ['ten gigabytes of zstd', zstdBomb(10 * 1024 * MIB), 'zstd'],
    ['gigabytes of gzip', gzipBomb(7), 'gzip'],
  ])('is given up at the bound, without taking the memory: %s', async (_, bomb, encoding) => {
    expect(bomb.length).toBeLessThan(2 * MIB);
    const before = process.memoryUsage.rss();
    await expect(inflate(bomb, encoding)).rejects.toMatchObject({ code: 'body_too_large' });
    expect(process.memoryUsage.rss() - before).toBeLessThan(128 * MIB);
  });

  it('is the bomb that it is meant to be', async () => {
    const small = zstdBomb(MIB);
    expect((await inflate(small, 'zstd')).length).toBe(MIB);
  });
});
