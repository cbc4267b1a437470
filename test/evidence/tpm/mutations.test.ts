import { describe, expect, it } from 'vitest';
import { verifyQuote } from '../../../src/evidence/tpm/quote.ts';
import { flipped } from './tpm-bytes.ts';
import { documentOf, OF_EACH_SCHEME } from './vectors.ts';

const ADDED = [0x00, 0x01, 0xff];

function* mutationsOf(bytes: Uint8Array): Generator<[what: string, bytes: Uint8Array]> {
  for (let bit = 0; bit < bytes.length * 8; bit += 1) yield [`bit ${bit}`, flipped(bytes, bit)];
  for (let length = 0; length < bytes.length; length += 1) {
    yield [`cut to ${length}`, bytes.subarray(0, length)];
  }
  for (const byte of ADDED) yield [`${byte} behind it`, Uint8Array.from([...bytes, byte])];
}

describe.each(OF_EACH_SCHEME)('a proof by %s', (name) => {
  it.each(['quote', 'signature'] as const)('is refused for any mutation of its %s', (part) => {
    const document = documentOf(name);
    expect(verifyQuote(document)).toMatchObject({ accepted: true });
    const bytes = Buffer.from(document.evidence[part], 'base64');
    const survivors: string[] = [];
    let tried = 0;
    for (const [what, mutated] of mutationsOf(bytes)) {
      document.evidence[part] = Buffer.from(mutated).toString('base64');
      if (verifyQuote(document).accepted) survivors.push(what);
      tried += 1;
    }
    expect(survivors).toEqual([]);
    expect(tried).toBe(9 * bytes.length + ADDED.length);
  });
});
