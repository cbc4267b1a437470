import { describe, expect, it } from 'vitest';
import { bagInfoText, manifestText, parseBagInfo, parseManifest } from '../../src/evidence/bag.ts';

const DIGEST = 'ab'.repeat(32);

describe('a manifest', () => {
  it('is read as it was written', () => {
    const files = [
      { path: 'data/bundle.json', sha256: DIGEST },
      { path: `data/evidence/${DIGEST}`, sha256: 'cd'.repeat(32) },
    ];
    expect(parseManifest(manifestText(files))).toEqual(files);
  });

  it.each([
    ['above the bag', `${DIGEST}  ../etc/passwd\n`],
    ['above the bag further down', `${DIGEST}  data/../../x\n`],
    ['absolute', `${DIGEST}  /etc/passwd\n`],
    ['encoded', `${DIGEST}  data/%0Ax\n`],
    ['with a space', `${DIGEST}  data/a b\n`],
    ['of a hidden file', `${DIGEST}  data/.x\n`],
    ['listed twice', `${DIGEST}  data/a\n${DIGEST}  data/a\n`],
    ['without a digest', `  data/a\n`],
    ['with a digest that is none', `${'AB'.repeat(32)}  data/a\n`],
    ['after a single space', `${DIGEST} data/a\n`],
    ['on a line that does not end', `${DIGEST}  data/a`],
    ['on no line', ''],
  ])('is refused with a path that is %s', (_how, text) => {
    expect(parseManifest(text)).toBeUndefined();
  });
});

describe('bag-info.txt', () => {
  const info = { date: '2026-01-02', incidentId: 'INC-1', bytes: 7, files: 2, redacted: false };

  it('says what is in the bag and what is not', () => {
    const text = bagInfoText({ ...info, missing: [DIGEST], expired: ['cd'] });
    expect(text).toContain('Bagging-Date: 2026-01-02\n');
    expect(text).toContain('External-Identifier: INC-1\n');
    expect(parseBagInfo(text)).toEqual({ oxum: '7.2', missing: [DIGEST], expired: ['cd'] });
  });

  it('says that the evidence is withheld where it is', () => {
    expect(bagInfoText({ ...info, redacted: true, missing: [], expired: [] })).toMatch(
      /evidence is withheld/,
    );
  });
});
