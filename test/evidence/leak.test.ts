import { describe, expect, it } from 'vitest';
import { leaks } from '../../src/evidence/leak.ts';
import { bundled } from './told.ts';

const bytes = bundled();
const texts = (taken: string[], standing: string[] = []) => ({
  taken: new Set(taken),
  standing: new Set(standing),
});

describe('a text that was taken out', () => {
  it.each([
    ['as a value', 'ada.lovelace'],
    ['within a value', '/home/zoe'],
    ['as a short value', 'k3'],
    ['as a digest', 'e'.repeat(64)],
  ])('is found %s', (_how, raw) => {
    expect(leaks(bytes, texts([raw]))).toBe(true);
  });

  it('is found as the name of a member', () => {
    const { incidents, ...rest } = JSON.parse(Buffer.from(bytes).toString());
    const covered = Buffer.from(JSON.stringify({ incidents: [{ hunter: 1 }] })).toString('base64');
    const planted = Buffer.from(JSON.stringify({ ...rest, incidents, covered }));
    expect(leaks(planted, texts(['hunter']))).toBe(true);
  });

  it('is found in what is read by nobody but a decoder', () => {
    const bundle = JSON.parse(Buffer.from(bytes).toString());
    const payload = Buffer.from('{"note":"a secret of twenty"}').toString('base64');
    const planted = { ...bundle, statement: { ...bundle.statement, payload } };
    const given = Buffer.from(JSON.stringify(planted));
    expect(leaks(given, texts(['a secret of twenty']))).toBe(true);
    expect(leaks(bytes, texts(['a secret of twenty']))).toBe(false);
  });

  it.each([
    ['stands by right elsewhere', 'db-prod-17', ['db-prod-17']],
    ['is a word of the format', 'contained', []],
    ['is the name of a member of ours', 'containment_actions', []],
    ['is empty', '', []],
    ['is in a digest by chance', 'ee', []],
  ])('is none that leaks where it %s', (_why, raw, standing) => {
    expect(leaks(bytes, texts([raw], standing))).toBe(false);
  });
});
