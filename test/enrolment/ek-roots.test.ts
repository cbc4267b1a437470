import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRoots } from '../../src/enrolment/ek-roots.ts';
import { recorded } from '../evidence/tpm/vectors.ts';

/** PEM of a root and of the authority below it. */
const CHAIN = recorded('ek-certificates').authorities['swtpm'] ?? [];

let home: string;
beforeEach(() => void (home = mkdtempSync(join(tmpdir(), 'roots-'))));
afterEach(() => rmSync(home, { recursive: true }));

const write = (name: string, text: string) => writeFileSync(join(home, name), text);
const read = (file: string) =>
  readRoots({ ek_roots: { maker: { file, assurance: 'hardware' } } }, home);

it('a file holds every certificate of an authority, with whatever is written around them', async () => {
  write('maker.pem', ['the root', CHAIN[0], '# and below it', ...CHAIN.slice(1)].join('\n'));
  const [root, ...more] = await read('maker.pem');
  expect(CHAIN.length).toBeGreaterThan(1);
  expect(root).toMatchObject({ name: 'maker', assurance: 'hardware' });
  const written = root?.certificates.map((certificate) => certificate.toString().trim());
  expect(written).toEqual(CHAIN.map((pem) => pem.trim()));
  expect(more).toEqual([]);
});

it('a file is below home, unless its path is absolute', async () => {
  write('maker.pem', CHAIN.join('\n'));
  const [relative] = await read('maker.pem');
  const [absolute] = await read(join(home, 'maker.pem'));
  expect(absolute?.certificates.length).toBe(relative?.certificates.length);
});

it('an authority whose file is not there vouches for nobody', async () => {
  expect(await read('none.pem')).toEqual([
    { name: 'maker', assurance: 'hardware', certificates: [] },
  ]);
});

it.each([
  ['nothing', ''],
  ['no certificate', 'certificate: none'],
  ['a certificate cut short', (CHAIN[0] ?? '').slice(0, 200)],
  ['a certificate of which the middle is missing', middleless(CHAIN[0] ?? '')],
  ['one that is good and one that is not', `${CHAIN[0]}\n${middleless(CHAIN[1] ?? '')}`],
])('a file that holds %s is a fault that names it', async (_what, text) => {
  write('maker.pem', text);
  await expect(read('maker.pem')).rejects.toMatchObject({
    code: 'ek_root_unreadable',
    retryable: false,
    message: expect.stringContaining(join(home, 'maker.pem')),
  });
});

it('a file that cannot be read is a fault, and not an authority that vouches for nobody', async () => {
  await expect(read('.')).rejects.toMatchObject({ code: 'ek_root_unreadable' });
});

function middleless(pem: string): string {
  const lines = pem.trim().split('\n');
  return [...lines.slice(0, 3), ...lines.slice(6)].join('\n');
}
