import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isOpenToOthers, readToken } from '../../src/agent/token.ts';

let file: string;
beforeEach(() => {
  file = join(mkdtempSync(join(tmpdir(), 'tok-')), 'token');
});
afterEach(() => rmSync(join(file, '..'), { recursive: true }));

describe('the token of an agent', () => {
  it('is the line of its file, as it is now', () => {
    for (const token of ['a'.repeat(64), 'b'.repeat(64)]) {
      writeFileSync(file, `${token}\n`);
      expect(readToken(file)).toBe(token);
    }
  });

  it.each([null, '', '\n', 'short-and-guessable'])('is unusable where the file is %j', (text) => {
    if (text !== null) writeFileSync(file, text);
    const attempt = () => readToken(file);
    expect(attempt).toThrow(expect.objectContaining({ code: 'agent_token_unusable' }));
    if (text?.trim()) expect(attempt).not.toThrow(new RegExp(text));
  });

  it.each([
    [0o600, false],
    [0o640, true],
    [0o604, true],
  ])('with mode %o is open to others: %j', (mode, open) => {
    writeFileSync(file, '');
    chmodSync(file, mode);
    expect(isOpenToOthers(file)).toBe(open);
  });
});
