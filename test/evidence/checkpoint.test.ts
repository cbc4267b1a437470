import { describe, expect, it } from 'vitest';
import { canonicalLine } from '../../src/evidence/canonical.ts';
import { signCheckpoint, verifyCheckpoint } from '../../src/evidence/checkpoint.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { buildStatement, signStatement } from '../../src/evidence/statement.ts';

const key = loadSigningKey(generateSigningKeyPem());
const foreign = loadSigningKey(generateSigningKeyPem());
const checkpoint = {
  seq: 42,
  hash: 'ab'.repeat(32),
  at: '2026-01-01T12:00:00.000Z',
  entries_count: 42,
};
const bytes = signCheckpoint(checkpoint, key);

describe('a signed checkpoint', () => {
  it('is read back under our key', () => {
    expect(verifyCheckpoint(bytes, key.publicKey)).toEqual({ valid: true, checkpoint });
  });

  it('is refused under a foreign key', () => {
    expect(verifyCheckpoint(bytes, foreign.publicKey)).toMatchObject({ reason: 'foreign_key' });
  });

  it('is refused, whichever byte is changed', () => {
    const believed = [...bytes.keys()].filter((index) => {
      const changed = Uint8Array.from(bytes);
      changed[index] = (bytes[index] ?? 0) ^ 1;
      return verifyCheckpoint(changed, key.publicKey).valid;
    });
    // The key id is a hint, which nobody signs; all else is refused.
    const { signatures } = JSON.parse(Buffer.from(bytes).toString());
    const keyId = Buffer.from(bytes).indexOf(signatures[0].keyid);
    expect(believed.filter((index) => index < keyId || index >= keyId + 64)).toEqual([]);
  });

  it.each([
    [
      'a statement of something else',
      buildStatement([{ name: 'x', sha256: checkpoint.hash }], 'urn:x', checkpoint),
      'wrong_type',
    ],
    [
      'a subject that is not its head',
      buildStatement(
        [{ name: 'x', sha256: 'cd'.repeat(32) }],
        'urn:cordon:ledger-checkpoint:v1',
        checkpoint,
      ),
      'malformed',
    ],
    [
      'about something beside its head',
      buildStatement(
        [
          { name: 'x', sha256: checkpoint.hash },
          { name: 'y', sha256: checkpoint.hash },
        ],
        'urn:cordon:ledger-checkpoint:v1',
        checkpoint,
      ),
      'malformed',
    ],
    [
      'nothing about a head',
      buildStatement(
        [{ name: 'x', sha256: checkpoint.hash }],
        'urn:cordon:ledger-checkpoint:v1',
        {},
      ),
      'malformed',
    ],
  ])('is refused when it is %s', (_what, statement, reason) => {
    const signed = canonicalLine(signStatement(statement, key));
    expect(verifyCheckpoint(signed, key.publicKey)).toMatchObject({ valid: false, reason });
  });

  it.each(['', 'x', 'null\n', '{}\n'])('is refused when it is %j', (text) => {
    expect(verifyCheckpoint(Buffer.from(text), key.publicKey).valid).toBe(false);
  });
});
