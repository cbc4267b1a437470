import { createHash, createHmac } from 'node:crypto';
import { join } from 'node:path';

/** What the first value of every secret is made from; below CORDON_HOME, like the other keys of the range. */
export const FIRST_SECRETS_FILE = join('keys', 'range-secrets');

/** The one vault, and what is kept in it. The inventory of the practice range knows the same. */
export const PRACTICE_VAULT = 'practice';
export const PRACTICE_SECRETS = [
  'agent-1-api',
  'model-gateway',
  'agent-2-api',
  'agent-3-api',
  'agent-4-api',
  'release-key',
  'agent-7-api',
] as const;

/** `vault/item`, by which both the vault and the issuer know a secret. */
export const NAMES: readonly string[] = PRACTICE_SECRETS.map((item) => `${PRACTICE_VAULT}/${item}`);

/** Whatever was never rotated: the vault holds it and the issuer accepts it, without a word between them. */
export function firstSecret(key: string, name: string): string {
  return `practice-${createHmac('sha256', key).update(name).digest('hex')}`;
}

/** All that an issuer keeps of a secret. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
