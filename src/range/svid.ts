import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** Below CORDON_HOME: what the SVIDs of the range are signed with. */
export const SVID_KEY_FILE = 'keys/range-svid';

const HEADER = encoded({ alg: 'HS256', typ: 'JWT' });
/** Times in seconds since the epoch, as in every JWT. */
const claimsSchema = z.object({ sub: z.string(), exp: z.int() });
type Claims = z.infer<typeof claimsSchema>;

/**
 * A JWT-SVID, simplified: whoever verifies it has the key that it is signed with. Like a real one it is valid until it
 * expires, whatever has become of the entry that it was issued for.
 */
export function issueSvid(key: string, claims: Claims): string {
  const signed = `${HEADER}.${encoded(claims)}`;
  return `${signed}.${signature(key, signed).toString('base64url')}`;
}

/** Whose it is; null for one that is not valid, or no longer. */
export function identityOf(key: string, svid: string, nowMs: number): string | null {
  const [header, payload = '', given = ''] = svid.split('.');
  const expected = signature(key, `${HEADER}.${payload}`);
  const bytes = Buffer.from(given, 'base64url');
  if (header !== HEADER || bytes.length !== expected.length) return null;
  if (!timingSafeEqual(bytes, expected)) return null;
  const { sub, exp } = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  return exp * 1000 > nowMs ? sub : null;
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function signature(key: string, signed: string): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}
