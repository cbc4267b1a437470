import { timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Fault } from '../domain/fault.ts';

/** Shorter ones can be guessed; ours have 64 hex digits. */
const FEWEST_CHARACTERS = 32;

/** The token in the file, without its line's end. Fault `agent_token_unusable` says why, and never what it is. */
export function readToken(file: string): string {
  const unusable = (why: string, cause?: unknown) =>
    new Fault('agent_token_unusable', `${file} ${why}`, { retryable: false, cause });
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw unusable('cannot be read', cause);
  }
  if (token.length < FEWEST_CHARACTERS) {
    throw unusable(`holds no token of at least ${FEWEST_CHARACTERS} characters`);
  }
  return token;
}

/** Whether others than its owner may read the file: a token that everybody on the host has protects nothing. */
export function isOpenToOthers(file: string): boolean {
  return (statSync(file).mode & 0o077) !== 0;
}

/** Whether the request bears the token. */
export function bears(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
