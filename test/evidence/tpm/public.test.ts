import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { endorsementName, parsePublic, qualifiedName } from '../../../src/evidence/tpm/public.ts';
import { Malformed } from '../../../src/evidence/tpm/reader.ts';
import { AK_ATTRIBUTES, eccArea, rsaArea } from './pretend-tpm.ts';
import { sized, u16, u32 } from './tpm-bytes.ts';
import { recorded } from './vectors.ts';

const { names } = recorded('names');
const bytes = (base64: string) => Buffer.from(base64, 'base64');
const hex = (array: Uint8Array) => Buffer.from(array).toString('hex');

const POINT = { x: Buffer.alloc(32, 1), y: Buffer.alloc(32, 2) };

describe.each(names)('of $about', (key) => {
  const area = parsePublic(bytes(key.public));

  it('the Name is the one that the TPM gives', () => {
    expect(hex(area.name)).toBe(hex(bytes(key.name)));
  });

  it('the Qualified Name is the one that the TPM gives', () => {
    const { parent_public: parent } = key;
    const qualified =
      parent === null
        ? endorsementName(area)
        : qualifiedName(endorsementName(parsePublic(bytes(parent))), area);
    expect(hex(qualified)).toBe(hex(bytes(key.qualified_name)));
  });

  it('no cut public area is read, and none with a byte behind it', () => {
    const whole = bytes(key.public);
    for (let length = 0; length < whole.length; length += 1) {
      const cut = whole.subarray(0, length);
      expect(() => parsePublic(cut), `${length} bytes`).toThrow(Malformed);
      if (length >= 2) {
        const framed = sized(cut.subarray(2));
        expect(() => parsePublic(framed), `${length} bytes, framed`).toThrow(Malformed);
      }
    }
    expect(() => parsePublic(Buffer.concat([whole, u16(0)]))).toThrow(Malformed);
    expect(() => parsePublic(sized(Buffer.concat([whole.subarray(2), u16(0)])))).toThrow(Malformed);
  });
});

describe('a public area', () => {
  it('is read into the parts of an ECC key', () => {
    const policy = Buffer.alloc(32, 7);
    const symmetric = Buffer.concat([u16(0x0006), u16(128), u16(0x0043)]);
    const scheme = u16(0x0010);
    const { key } = parsePublic(eccArea(POINT, { policy, symmetric, scheme, curve: 4 }));
    expect(key).toMatchObject({
      type: 'ecc',
      attributes: AK_ATTRIBUTES,
      symmetric: { algorithm: 0x0006, bits: 128, mode: 0x0043 },
      scheme: { algorithm: 0x0010, hash: 0 },
      curve: 4,
      kdf: 0x0010,
    });
  });

  it('is read into the parts of an RSA key', () => {
    const { key } = parsePublic(rsaArea(Buffer.alloc(256, 3), { exponent: 3, bits: 1_024 }));
    expect(key).toMatchObject({
      type: 'rsa',
      bits: 1_024,
      exponent: 3,
      scheme: { algorithm: 0x0014, hash: 0x000b },
    });
  });

  it('of another type than RSA and ECC has a Name all the same', () => {
    const keyedHash = Buffer.concat([
      u16(0x0008),
      u16(0x000b),
      u32(0x52),
      u16(0),
      u16(0x10),
      u16(0),
    ]);
    const { key, name } = parsePublic(sized(keyedHash));
    expect(key).toMatchObject({ type: 'other', attributes: 0x52 });
    expect(hex(name)).toBe(`000b${createHash('sha256').update(keyedHash).digest('hex')}`);
  });

  it('has a Name by the hash that it names, and none by an unknown one', () => {
    const area = eccArea(POINT, { nameAlg: 0x000c });
    const digest = createHash('sha384').update(area.subarray(2)).digest('hex');
    expect(hex(parsePublic(area).name)).toBe(`000c${digest}`);
    for (const nameAlg of [0, 0x0010, 0x0012, 0xffff]) {
      expect(() => parsePublic(eccArea(POINT, { nameAlg }))).toThrow(Malformed);
    }
  });

  it.each([
    ['a policy longer than any digest', eccArea(POINT, { policy: Buffer.alloc(65) })],
    ['a coordinate longer than any curve', eccArea({ ...POINT, x: Buffer.alloc(129) })],
    ['a modulus longer than any', rsaArea(Buffer.alloc(513))],
    ['bytes within its frame', eccArea(POINT, { after: Buffer.of(0) })],
    ['no frame', eccArea(POINT).subarray(2)],
    ['a frame in a frame', sized(eccArea(POINT))],
  ])('is refused with %s', (_what, area) => {
    expect(() => parsePublic(area)).toThrow(Malformed);
  });
});
