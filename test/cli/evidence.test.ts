import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { Encrypter, generateIdentity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/domain/events.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { boot, TOOL_CALL_BURST, type Booted } from '../shim/boot.ts';
import { recorded } from '../support/admissions.ts';
import { CAPTURED } from '../support/captures.ts';
import { refOf, RETENTION } from '../support/keeping.ts';
import { cordon, scratch } from './surroundings.ts';

const PLAIN = Buffer.from('what the agent had in memory\n'.repeat(20_000));

let shim: Booted;
let id = '';
let identity = '';
let memory: Artifact;
let token = '';

beforeAll(async () => {
  shim = await boot();
  token = join(shim.home, 'token');
  writeFileSync(token, shim.tokens.operator);
  identity = await generateIdentity();
  writeFileSync(join(shim.home, 'identity'), `# created today\n${identity}\n`);
  const encrypter = new Encrypter();
  encrypter.addRecipient(await identityToRecipient(identity));
  const kept = await encrypter.encrypt(zstdCompressSync(PLAIN));
  ({ id } = await shim.report(TOOL_CALL_BURST));
  memory = {
    collector: 'memory',
    ...(await shim.store.put(kept, 'application/age')),
    from_host: {
      completeness: 'complete',
      reason: '',
      media_type: 'application/octet-stream',
      plain: { sha256: sha256Hex(PLAIN), size: PLAIN.length },
      compression: 'zstd',
      encryption: { scheme: 'age', recipients: [await identityToRecipient(identity)] },
    },
  };
  const receipt = CAPTURED.receipt && { ...CAPTURED.receipt, manifest: refOf('its manifest') };
  const captured = { ...CAPTURED, artifacts: [memory], receipt, retention: RETENTION };
  await shim.ledger.log.append(id, [recorded('captured', { type: 'captured', ...captured })]);
});
afterAll(() => shim.stop());

const evidence = (...argv: string[]) =>
  cordon(['evidence', ...argv, '--url', shim.url, '--token-file', token]);
const touching = (...argv: string[]) =>
  evidence(...argv, '--incident', id, '--reason', 'malware analysis');
const touches = async () =>
  (await shim.ledger.register.timeline(id)).flatMap(({ type, body }) =>
    type === 'custody' ? [body['touch']] : [],
  );

describe('cordon evidence', () => {
  it('lists what is kept, until when', async () => {
    const { code, out } = await evidence('list', id);
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`memory .* 2026-02-01 03:04:05Z  kept .*${memory.sha256}`));
    expect(out).toContain('for ever');
  });

  it('extends, holds and releases, and shows what comes of it', async () => {
    const reason = ['--reason', 'the court'];
    const extended = await evidence('extend', id, '--until', '2031-05-01', ...reason);
    expect(extended.out).toContain('2031-05-01 23:59:59Z');
    expect((await evidence('hold', id, ...reason)).out).toContain('legal hold');
    expect((await evidence('release-hold', id, ...reason)).out).not.toContain('legal hold');
    expect(await touches()).toEqual(['extension', 'hold', 'hold_released']);
  });

  it('exits 3 where a date would cut the time short', async () => {
    const { code, err } = await evidence('extend', id, '--until', '2027-01-01', '--reason', 'x');
    expect([code, err]).toEqual([3, expect.stringContaining('retention_only_extends')]);
  });

  it.each([
    ['no reason', ['hold', 'INC-20260314-120000-00000000']],
    ['a reason of spaces', ['hold', 'INC-20260314-120000-00000000', '--reason', ' ']],
    ['no date', ['extend', 'INC-20260314-120000-00000000', '--reason', 'x']],
    ['no day', ['extend', 'INC-20260314-120000-00000000', '--until', 'soon', '--reason', 'x']],
  ])('exits 2 with %s, before anything is sent', async (_what, argv) => {
    expect((await evidence(...argv)).code).toBe(2);
  });
});

describe('cordon evidence get', () => {
  it('writes the bytes as they are kept to a file of its own', async () => {
    const file = join(scratch(), 'memory.age');
    const { code, out } = await touching('get', 'memory', '--output', file);
    expect([code, out]).toEqual([0, expect.stringContaining(memory.sha256)]);
    expect(sha256Hex(readFileSync(file))).toBe(memory.sha256);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await touches()).at(-1)).toBe('read');
  });

  it('never writes over a file', async () => {
    const file = join(scratch(), 'there');
    writeFileSync(file, 'before');
    expect((await touching('get', memory.sha256, '--output', file)).code).toBe(2);
    expect(readFileSync(file, 'utf8')).toBe('before');
  });

  it('exits 2 for a name that nothing has', async () => {
    expect(await touching('get', 'nothing')).toMatchObject({
      code: 2,
      err: expect.stringContaining('which_evidence'),
    });
  });

  it('leaves no file behind where the bytes are not those of the digest', async () => {
    const file = join(scratch(), 'memory.age');
    const lying = { ...shim.store, read: () => other() };
    const other = async function* () {
      yield Buffer.alloc(memory.size);
    };
    const liar = await boot({ ledger: shim.ledger, store: lying });
    const liarToken = join(liar.home, 'token');
    writeFileSync(liarToken, liar.tokens.operator);
    const argv = ['evidence', 'get', memory.sha256, '--incident', id, '--reason', 'x'];
    const where = ['--url', liar.url, '--token-file', liarToken, '--output', file];
    expect((await cordon([...argv, ...where])).code).toBe(1);
    expect(existsSync(file)).toBe(false);
    await liar.stop();
  });
});

describe('cordon evidence decrypt', () => {
  const withIdentity = () => ['--identity', join(shim.home, 'identity')];

  it('gives what was captured, of what the server keeps', async () => {
    const file = join(scratch(), 'memory');
    const argv = ['decrypt', memory.sha256, ...withIdentity(), '--output', file];
    expect(await touching(...argv)).toMatchObject({ code: 0 });
    expect(readFileSync(file).equals(PLAIN)).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await touches()).slice(-2)).toEqual(['decryption', 'read']);
  });

  it('gives it of a file that was fetched before, to standard output', async () => {
    const file = join(scratch(), 'memory.age');
    await touching('get', 'memory', '--output', file);
    const { code, out } = await touching('decrypt', file, ...withIdentity());
    expect([code, out]).toEqual([0, PLAIN.toString()]);
    expect((await touches()).slice(-2)).toEqual(['read', 'decryption']);
  });

  it('sends no identity, and has none in what it says', async () => {
    const { out, err } = await touching('decrypt', memory.sha256, ...withIdentity());
    const secret = identity.slice('AGE-SECRET-KEY-1'.length);
    expect(out + err).not.toContain(secret);
    expect(JSON.stringify(shim.lines)).not.toContain(secret);
    expect(JSON.stringify(await shim.ledger.register.timeline(id))).not.toContain(secret);
  });

  it('is on record also where the key does not fit, and gives nothing', async () => {
    const wrong = join(scratch(), 'identity');
    writeFileSync(wrong, await generateIdentity());
    const file = join(scratch(), 'memory');
    const argv = ['decrypt', memory.sha256, '--identity', wrong, '--output', file];
    const before = (await touches()).length;
    expect(await touching(...argv)).toMatchObject({
      code: 1,
      err: expect.stringContaining('not_decrypted'),
    });
    expect(existsSync(file)).toBe(false);
    expect(await touches()).toHaveLength(before + 2);
  });

  it.each([
    ['what is no evidence of the incident', 'f'.repeat(64), 'not_encrypted'],
    ['what is neither a file nor a digest', 'memory', 'which_evidence'],
  ])('exits 2 for %s, and nothing is on record', async (_what, what, code) => {
    const before = (await touches()).length;
    const ran = await touching('decrypt', what, ...withIdentity());
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining(code)]);
    expect(await touches()).toHaveLength(before);
  });

  it('exits 2 for a file that holds no identity, and never quotes it', async () => {
    const file = join(scratch(), 'identity');
    writeFileSync(file, 'a password');
    const { code, err } = await touching('decrypt', memory.sha256, '--identity', file);
    expect(code).toBe(2);
    expect(err).not.toContain('a password');
  });
});
