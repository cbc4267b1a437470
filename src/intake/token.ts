import { randomBytes, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from '../evidence/digest.ts';

/** 256 bits: beyond guessing, so that a plain hash of it gives nothing away. */
const TOKEN_BYTES = 32;

/** A new bearer token. The prefix lets secret scanners find one that leaked. */
export function mintToken(): string {
  return `cdn_${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** What is kept of a token: SHA-256, lower-case hex. */
export function hashOfToken(token: string): string {
  return sha256Hex(token);
}

/** Compares in a time that tells nothing of where they differ. */
export function sameSecret(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** RFC 6750 §2.1, with the scheme in any case (RFC 9110 §11.1); undefined for anything else. */
export function bearerToken(header: string): string | undefined {
  return /^bearer +([\x21-\x7e]{1,512})$/i.exec(header)?.[1];
}

/** RFC 7617 §2, the scheme in any case; undefined for anything else. A user has no colon in it, a password may. */
export function basicCredentials(header: string): { user: string; password: string } | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]{1,1024}={0,2})$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const [, user, password] =
    /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}
