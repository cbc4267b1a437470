import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeBaseline } from '../../src/enrolment/write-baseline.ts';
import { checkPolicyFile, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';

const HOST = 'practice-host';
const VALUES = {
  sha256: {
    '0': '1'.repeat(64),
    '2': 'ab'.repeat(32),
    '4': `${'0'.repeat(60)}1e10`,
    '7': 'f0'.repeat(32),
  },
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baseline-'));
  file = join(folder, 'attestation.yaml');
  copyFileSync(join(SHIPPED_POLICY, 'attestation.yaml'), file);
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = () => readFileSync(file, 'utf8');
const groups = async () => (await checkPolicyFile(file)).policy.attestation.groups;

async function refused(attempt: Promise<unknown>, code: string): Promise<void> {
  const before = text();
  await expect(attempt).rejects.toMatchObject({ name: 'Fault', code, retryable: false });
  expect(text()).toBe(before);
  expect(readdirSync(folder)).toEqual(['attestation.yaml']);
}

it('adds to the group of the host, beside what is there', async () => {
  const before = await groups();
  expect(await writeBaseline(file, HOST, '2026-11.update', VALUES)).toEqual({ group: 'practice' });
  const baselines = { ...before['practice']?.baselines, '2026-11.update': VALUES };
  expect(await groups()).toEqual({ practice: { ...before['practice'], baselines } });
});

it('adds to a group that has none yet, and a second one after that', async () => {
  writeFileSync(file, text().replace(/baselines:\n( {6}.*\n)+/, 'baselines: {} # none yet\n'));
  await writeBaseline(file, HOST, 'one', VALUES);
  await writeBaseline(file, HOST, '2', VALUES);
  expect((await groups())['practice']?.baselines).toEqual({ one: VALUES, '2': VALUES });
  expect(text()).toContain('# none yet');
});

it('keeps every comment, and the mode of the file, and leaves nothing else', async () => {
  chmodSync(file, 0o640);
  const comments = () => text().match(/#.*$/gm);
  const before = comments();
  await writeBaseline(file, HOST, 'new', VALUES);
  expect(comments()).toEqual(before);
  expect(statSync(file).mode & 0o777).toBe(0o640);
  expect(readdirSync(folder)).toEqual(['attestation.yaml']);
});

it.each(['boot', 'Not A Name', '', '__proto__'])('refuses the name %j', async (name) => {
  const code = name === 'boot' ? 'baseline_exists' : 'invalid_policy';
  await refused(writeBaseline(file, HOST, name, VALUES), code);
});

it('refuses a host that is in no group', async () => {
  await refused(writeBaseline(file, 'web-9', 'new', VALUES), 'no_attestation_group');
});

it('refuses values that lack a PCR of the selection', async () => {
  const { '7': _, ...sha256 } = VALUES.sha256;
  await refused(writeBaseline(file, HOST, 'new', { sha256 }), 'invalid_policy');
});

it.each([
  ['is no policy', () => 'version: 1\n'],
  ['is no YAML', (shipped: string) => `${shipped}\n  }`],
  [
    'has an alias',
    (shipped: string) =>
      shipped
        .replace('[hardware, software]', '&a [software]')
        .replace('reset_required: []', 'reset_required: *a'),
  ],
  [
    'has a tab where YAML allows none',
    (shipped: string) => shipped.replace('\n  practice:', '\n\tpractice:'),
  ],
])('refuses a file that %s', async (_what, made) => {
  writeFileSync(file, made(text()));
  await refused(writeBaseline(file, HOST, 'new', VALUES), 'invalid_policy');
});

it('adds to a group whose name reads like a number', async () => {
  writeFileSync(file, text().replace('\n  practice:', '\n  2026:'));
  expect(await writeBaseline(file, HOST, 'new', VALUES)).toEqual({ group: '2026' });
  expect(Object.keys((await groups())['2026']?.baselines ?? {})).toEqual(['boot', 'new']);
});
