import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { documentOf, VECTORS } from '../evidence/tpm/vectors.ts';
import { cordon, scratch } from './surroundings.ts';

const GOOD = documentOf('ECDSA on P-256 over SHA-256');
const LINE = JSON.stringify(GOOD);
const KEY_TWICE = LINE.replace('{', '{"challenge":null,');

/** Read as anything but UTF-8, both names would still be the same. */
const NOT_UTF8 = Buffer.from(LINE.replaceAll('"host_id":"', '"host_id":"\xff'), 'latin1');

const ACCEPTED = '{"verdict":"accept","reason":"ok"}\n';
const MALFORMED = '{"verdict":"reject","reason":"malformed-evidence"}\n';

const EVENT_LOG_LIMIT = 1024 * 1024;
/** More than the stack of a regular expression holds. */
const ESCAPES = JSON.stringify('\n'.repeat(4 * EVENT_LOG_LIMIT));

function fileOf(bytes: string | Uint8Array): string {
  const file = join(scratch(), 'quotes');
  writeFileSync(file, bytes);
  return file;
}

function verify(bytes: string | Uint8Array, ...options: string[]) {
  return cordon(['quote', 'verify', fileOf(bytes), ...options]);
}

function withEventLog(bytes: number): typeof GOOD {
  const event_log = Buffer.alloc(bytes).toString('base64');
  return { ...GOOD, evidence: { ...GOOD.evidence, event_log } };
}

describe('cordon quote verify', () => {
  it.each([
    ['one document over many lines', JSON.stringify(GOOD, null, 2), 1],
    ['one document on one line', LINE, 1],
    ['a document a line', `${LINE}\n${LINE}\n`, 2],
    ['lines without a newline at the end', `${LINE}\n${LINE}`, 2],
    ['lines with blank ones between them', `\n${LINE}\n \t\n\n${LINE}\n\n`, 2],
    ['lines that end as on Windows', `${LINE}\r\n\r\n${LINE}\r\n`, 2],
    ['a byte order mark', `\ufeff${LINE}\n${LINE}\n`, 2],
  ])('reads %s', async (_what, text, documents) => {
    const { code, out, err } = await verify(text);
    expect({ code, out, err }).toEqual({ code: 0, out: ACCEPTED.repeat(documents), err: '' });
  });

  it('reads standard input where it is given a dash', async () => {
    const input = Buffer.from(`${LINE}\n${KEY_TWICE}\n`);
    const { code, out } = await cordon(['quote', 'verify', '-'], { input });
    expect({ code, out }).toEqual({ code: 1, out: ACCEPTED + MALFORMED });
  });

  it.each<[string, string | Uint8Array]>([
    ['no JSON', 'hello'],
    ['half a document', LINE.slice(0, 200)],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe)],
    ['a document with a byte that is no UTF-8', NOT_UTF8],
    ['a document with a key twice', KEY_TWICE],
    ['control characters alone', '\u0000\u0001'],
    ['null', 'null'],
    ['a list of documents', `[${LINE},${LINE}]`],
    ['brackets without end', '['.repeat(100_000)],
    ['millions of escapes', ESCAPES],
  ])('refuses a line of %s in its place, and no other', async (_what, line) => {
    const newline = Buffer.from('\n');
    const good = Buffer.from(LINE);
    const bytes = Buffer.concat([good, newline, Buffer.from(line), newline, good]);
    const { code, out, err } = await verify(bytes);
    expect({ code, out }).toEqual({ code: 1, out: ACCEPTED + MALFORMED + ACCEPTED });
    expect(err).toBe('cordon: 1 of 3 refused [quote_refused]\n');
  });

  it.each([
    ['an empty file', ''],
    ['a file of blanks', ' \r\n\t\n'],
    ['a list over many lines', JSON.stringify([GOOD, GOOD], null, 2)],
    ['a document over many lines with a key twice', KEY_TWICE.replaceAll(',"', ',\n"')],
  ])('refuses %s once', async (_what, text) => {
    const { code, out } = await verify(text);
    expect({ code, out }).toEqual({ code: 1, out: MALFORMED });
  });

  it.each(['/nonexistent/quotes', '/'])('exits 2 where %s cannot be read', async (file) => {
    const { code, out, err } = await cordon(['quote', 'verify', file]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`${file} cannot be read [not_readable]\n  next: `);
  });

  it('says the same under --json, and the failure as JSON', async () => {
    const { code, out, err } = await verify(`${LINE}\nhello`, '--json');
    expect({ code, out }).toEqual({ code: 1, out: ACCEPTED + MALFORMED });
    expect(JSON.parse(err)).toMatchObject({ code: 'quote_refused', error: '1 of 2 refused' });
  });
});

describe('cordon quote verify --explain', () => {
  it('says what was found beside a refusal, and nothing beside an acceptance', async () => {
    const consumed = { ...GOOD, challenge: { ...GOOD.challenge, consumed: true } };
    const { out } = await verify(`${LINE}\n${JSON.stringify(consumed)}\n`, '--explain');
    const [accepted, refused = '', ...more] = out.trimEnd().split('\n');
    expect([accepted, more]).toEqual([ACCEPTED.trimEnd(), []]);
    const detail = 'the challenge was answered before';
    expect(JSON.parse(refused)).toEqual({ verdict: 'reject', reason: 'nonce-consumed', detail });
  });

  it('lets no evidence act on the terminal', async () => {
    const pcr_values = { '\u202e\u009b31msha256': {} };
    const hostile = { ...GOOD, evidence: { ...GOOD.evidence, pcr_values } };
    const { out } = await verify(JSON.stringify(hostile), '--explain');
    expect(JSON.parse(out).detail).toContain('\u202e');
    expect(out).not.toMatch(/[\u202e\u009b]/);
  });
});

describe('the recorded quotes', () => {
  const vectors = [...VECTORS.values()];
  const lineOf = ({ verdict, reason }: { verdict: string; reason: string }) =>
    `${JSON.stringify({ verdict, reason })}\n`;

  it('come out of one file as each was expected, in order', async () => {
    const { code, out } = await verify(vectors.map((v) => JSON.stringify(v.input)).join('\n'));
    expect(code).toBe(1);
    expect(out).toBe(vectors.map(({ expect: expected }) => lineOf(expected)).join(''));
  });

  it('are accepted where every one of them is good', async () => {
    const good = vectors.filter(({ expect: { verdict } }) => verdict === 'accept');
    const { code, out } = await verify(good.map((v) => JSON.stringify(v.input)).join('\n'));
    expect({ code, out }).toEqual({ code: 0, out: ACCEPTED.repeat(good.length) });
  });

  it('can be 2,000 in one file', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => vectors[i % vectors.length]);
    const { out } = await verify(many.map((vector) => JSON.stringify(vector?.input)).join('\n'));
    expect(out.split('\n')).toHaveLength(2_001);
  });
});

describe('an event log', () => {
  it.each([
    ['on one line', undefined],
    ['over many lines', 2],
  ])('may have 1 MiB in a document %s', async (_how, indent) => {
    const text = JSON.stringify(withEventLog(EVENT_LOG_LIMIT), null, indent);
    expect(await verify(text)).toMatchObject({ code: 0, out: ACCEPTED });
  });

  it('is refused where it is larger', async () => {
    const text = JSON.stringify(withEventLog(EVENT_LOG_LIMIT + 1));
    expect(await verify(text)).toMatchObject({ code: 1, out: MALFORMED });
  });
});
