import { describe, expect, it } from 'vitest';
import { parseAttest } from '../../../src/evidence/tpm/attest.ts';
import { attestBytes } from './pretend-tpm.ts';
import { selectionList, sized, u32, u64 } from './tpm-bytes.ts';

function refusalOf(bytes: Uint8Array): unknown {
  try {
    return parseAttest(bytes);
  } catch (error) {
    return Reflect.get(Object(error), 'reason');
  }
}

describe('the bytes of a quote', () => {
  it('are read as what they are', () => {
    const selections = selectionList([
      [0x000b, '950000'],
      [0x000c, '010080'],
    ]);
    const bytes = attestBytes({
      clock: u64(2n ** 64n - 1n),
      resets: 0xffff_ffff,
      safe: 0,
      selections,
    });
    expect(parseAttest(Uint8Array.from(bytes))).toMatchObject({
      extraData: new Uint8Array(32).fill(2),
      clock: { clock: 2n ** 64n - 1n, reset_count: 0xffff_ffff, restart_count: 0, safe: false },
      firmware: 0x2019_1023_0016_3636n,
      selections: [
        { hash: 0x000b, mask: Uint8Array.of(0x95, 0, 0) },
        { hash: 0x000c, mask: Uint8Array.of(1, 0, 0x80) },
      ],
    });
  });

  it('may hold a SHA-512 Name, no nonce and no selection', () => {
    const qualifiedSigner = Buffer.alloc(66);
    const parts = { qualifiedSigner, extraData: Buffer.of(), selections: u32(0) };
    expect(parseAttest(attestBytes(parts))).toMatchObject({ selections: [] });
  });

  it.each([
    ['a byte too many', { after: Buffer.of(0) }],
    ['a signer too long', { qualifiedSigner: Buffer.alloc(67) }],
    ['a nonce too long', { extraData: Buffer.alloc(67) }],
    ['a digest too long', { digest: Buffer.alloc(65) }],
    ['a clock of safety 2', { safe: 2 }],
    ['a clock of safety 255', { safe: 255 }],
    [
      '17 selections',
      { selections: selectionList(Array.from({ length: 17 }, () => [0x000b, ''])) },
    ],
    ['a count of 2^32 - 1', { selections: u32(0xffff_ffff) }],
    ['a mask longer than the rest', { selections: Buffer.from('00000001000bff', 'hex') }],
  ])('are refused with %s', (_what, parts) => {
    expect(refusalOf(attestBytes(parts))).toBe('attest-malformed');
  });

  it('are refused cut anywhere, and never for what is not there yet', () => {
    const bytes = attestBytes();
    for (let length = 0; length < bytes.length; length += 1) {
      expect(refusalOf(bytes.subarray(0, length)), `${length} bytes`).toBe('attest-malformed');
    }
  });

  it('are refused without the magic, also where a TPM2B is around them', () => {
    expect(refusalOf(attestBytes({ magic: 0x4743_54ff }))).toBe('bad-magic');
    expect(refusalOf(sized(attestBytes()))).toBe('bad-magic');
  });

  it.each([0x8014, 0x8015, 0x8016, 0x8017, 0x8019, 0x801a, 0x801c, 0, 0xffff])(
    'are refused where they are of type %i',
    (type) => {
      expect(refusalOf(attestBytes({ type }))).toBe('wrong-type');
    },
  );
});
