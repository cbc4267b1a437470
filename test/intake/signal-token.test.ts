import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openSignalTokens, SIGNAL_TOKEN_LIFETIME_MS } from '../../src/intake/signal-token.ts';
import { scratch } from './scratch.ts';

const START = Date.parse('2026-03-14T12:00:00.000Z');
const INCIDENT = 'INC-20260314-120000-0000abcd';
const PURPOSE = { incident_id: INCIDENT, command: 'acknowledge' } as const;

async function opened(home?: string) {
  const clock = { now: START };
  const directory = home ?? (await scratch());
  return { clock, home: directory, tokens: await openSignalTokens(directory, () => clock.now) };
}

describe('a signal token', () => {
  it('names the person it was minted for', async () => {
    const { tokens } = await opened();
    const { token, expires_at } = tokens.mint('alice', INCIDENT, 'acknowledge');
    expect(tokens.verify(token, PURPOSE)).toEqual({
      accepted: true,
      person: { by: 'alice', claim: '', note: '' },
    });
    expect(expires_at).toBe('2026-03-14T12:05:00.000Z');
  });

  it('is read by another process with the same key, and refused by one with another', async () => {
    const { tokens, home } = await opened();
    const { token } = tokens.mint('alice', INCIDENT, 'acknowledge');
    const same = await opened(home);
    const other = await opened();
    expect(same.tokens.verify(token, PURPOSE).accepted).toBe(true);
    expect(other.tokens.verify(token, PURPOSE)).toEqual({
      accepted: false,
      reason: 'bad_signature',
    });
  });

  it('expires, to the millisecond', async () => {
    const { tokens, clock } = await opened();
    const { token } = tokens.mint('alice', INCIDENT, 'acknowledge');
    clock.now = START + SIGNAL_TOKEN_LIFETIME_MS - 1;
    expect(tokens.verify(token, PURPOSE).accepted).toBe(true);
    clock.now += 1;
    expect(tokens.verify(token, PURPOSE)).toEqual({ accepted: false, reason: 'expired' });
  });

  it('serves no other incident and no other command', async () => {
    const { tokens } = await opened();
    const { token } = tokens.mint('alice', INCIDENT, 'acknowledge');
    const elsewhere = { ...PURPOSE, incident_id: 'INC-20260314-120000-0000abce' };
    expect(tokens.verify(token, elsewhere)).toMatchObject({ reason: 'wrong_incident' });
    const otherwise = { ...PURPOSE, command: 'reattest' } as const;
    expect(tokens.verify(token, otherwise)).toMatchObject({ reason: 'wrong_command' });
  });

  it('is refused with any one character changed', async () => {
    const { tokens } = await opened();
    const { token } = tokens.mint('alice', INCIDENT, 'acknowledge');
    for (let index = 0; index < token.length; index += 1) {
      const other = token[index] === 'A' ? 'B' : 'A';
      const changed = token.slice(0, index) + other + token.slice(index + 1);
      expect(tokens.verify(changed, PURPOSE).accepted).toBe(false);
    }
  });

  it.each(['', '.', 'a.', '.b', 'a.b.c', 'no token', '\u0000.\uffff', '{}'])(
    'is refused as %j without a throw',
    async (text) => {
      const { tokens } = await opened();
      expect(tokens.verify(text, PURPOSE).accepted).toBe(false);
    },
  );
});

describe('the signal key', () => {
  it('is made once, for its owner alone', async () => {
    const { home } = await opened();
    const path = join(home, 'keys', 'signal-key');
    const before = await readFile(path, 'utf8');
    await opened(home);
    expect(await readFile(path, 'utf8')).toBe(before);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'keys'))).mode & 0o777).toBe(0o700);
  });

  it('is refused when it is no key, instead of signing with nothing', async () => {
    const { home } = await opened();
    await writeFile(join(home, 'keys', 'signal-key'), '');
    await expect(opened(home)).rejects.toMatchObject({ code: 'secret_file' });
  });
});
