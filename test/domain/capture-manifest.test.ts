import { describe, expect, it } from 'vitest';
import { captureManifestSchema } from '../../src/domain/capture-manifest.ts';
import { captureOf } from '../evidence/captures.ts';

const parses = (changes: object) =>
  captureManifestSchema.safeParse({ ...captureOf(), ...changes }).success;
const [artifact] = captureOf().artifacts;

describe('a capture manifest', () => {
  it('may leave open what nobody knows or has decided', () => {
    expect(parses({ frozen: null, ledger_head: null, retention: null })).toBe(true);
    const bare = { ...artifact, plain: null, encryption: null, compression: null };
    expect(parses({ artifacts: [bare], gaps: [] })).toBe(true);
  });

  it('may say how the store stood, and of old does not', () => {
    const store = { kind: 's3-object-lock', enforcing: true, checked_at: '' };
    expect(parses({ store })).toBe(true);
    expect(parses({ store: { ...store, kind: 'tape' } })).toBe(false);
    expect(parses({ store: undefined })).toBe(false);
    expect(captureOf()).not.toHaveProperty('store');
  });

  it.each([
    ['no artifact', { artifacts: [] }],
    ['two artifacts of one name', { artifacts: [artifact, artifact] }],
    ['an artifact whose name is a path', { artifacts: [{ ...artifact, name: 'a/b' }] }],
    ['an artifact of no digest', { artifacts: [{ ...artifact, stored: { size: 1 } }] }],
    ['completeness of its own making', { artifacts: [{ ...artifact, completeness: 'mostly' }] }],
    ['a time zone', { clock: { wall: '2026-01-01T12:00:00.000+01:00', source: 'system' } }],
    ['a host of no name', { host: '' }],
    ['a snapshot whose name is a path', { snapshot_id: '../x' }],
    ['a freeze of no known kind', { frozen: { ...captureOf().frozen, method: 'asked' } }],
    ['a member too many', { signed: true }],
  ])('is refused with %s', (_what, changes) => {
    expect(parses(changes)).toBe(false);
  });
});
