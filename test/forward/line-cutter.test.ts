import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLineCutter, type Cut, HEAD_BYTES } from '../../src/forward/line-cutter.ts';

/** Texts of all lines, with a long one as its length. */
function textsOf(cuts: readonly Cut[]): (string | number)[] {
  return cuts.flatMap<string | number>((cut) =>
    cut.kind === 'lines' ? cut.bytes.toString().split('\n') : [cut.size],
  );
}

describe('a stream that is cut into lines', () => {
  it('gives whole lines, leaves out empty ones, and knows where it is', () => {
    const cutter = createLineCutter(100);
    const cuts = cutter.cut(Buffer.from('one\r\n\ntwo\nthr'));
    expect(textsOf(cuts)).toEqual(['one', 'two']);
    expect(cuts.map(({ end }) => end)).toEqual([110]);
    expect(textsOf(cutter.cut(Buffer.from('ee\n')))).toEqual(['three']);
    expect(cutter.offset()).toBe(116);
    expect(cutter.rest()).toEqual([]);
  });

  it('gives what has no end as a line when it is told that no more will come', () => {
    const cutter = createLineCutter();
    expect(cutter.cut(Buffer.from('half'))).toEqual([]);
    expect(cutter.offset()).toBe(0);
    expect(textsOf(cutter.rest())).toEqual(['half']);
    expect(cutter.offset()).toBe(4);
  });

  it('gives of a line that is too long its beginning, its size and its digest', () => {
    const cutter = createLineCutter(0, 10_000);
    const long = Buffer.alloc(25_000, 'x');
    const cuts = [Buffer.from('before\n'), long.subarray(0, 9_000), long.subarray(9_000)].flatMap(
      (part) => cutter.cut(part),
    );
    cuts.push(...cutter.cut(Buffer.from('\nbehind\n')));
    expect(textsOf(cuts)).toEqual(['before', 25_000, 'behind']);
    expect(cuts[1]).toMatchObject({
      head: long.subarray(0, HEAD_BYTES),
      sha256: createHash('sha256').update(long).digest('hex'),
      end: 25_008,
    });
  });

  it('gives the same, wherever the stream is broken into chunks', () => {
    const line = fc.oneof(fc.stringMatching(/^[a-z]{0,12}$/), fc.constant('y'.repeat(40)));
    const stream = fc.array(line, { maxLength: 20 }).map((texts) => texts.join('\n'));
    fc.assert(
      fc.property(stream, fc.array(fc.integer({ min: 1, max: 50 })), (text, sizes) => {
        const cutter = createLineCutter(0, 30);
        const bytes = Buffer.from(text);
        const cuts: Cut[] = [];
        let at = 0;
        for (const size of [...sizes, bytes.length + 1]) {
          cuts.push(...cutter.cut(bytes.subarray(at, at + size)));
          at = Math.min(at + size, bytes.length);
        }
        cuts.push(...cutter.rest());
        const expected = text.split('\n').filter((each) => each !== '');
        expect(textsOf(cuts)).toEqual(expected.map((each) => (each.length > 30 ? 40 : each)));
        expect(cutter.offset()).toBe(bytes.length);
      }),
    );
  });
});
