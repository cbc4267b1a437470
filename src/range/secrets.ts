import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { RangeName } from './service.ts';

/** Below CORDON_HOME: where the range keeps what opens it. */
export const tokenFile = (name: RangeName): string => join('tokens', 'targets', name);
export const ATTESTOR_KEY_FILE = join('keys', 'attestor-hmac');
/** For people: no driver is ever pointed at it. */
export const VAULT_PASSPHRASE_FILE = join('keys', 'vault-passphrase');

/** The 64 hex digits in a file below `home`, made on first use and readable by its owner only. */
export function ensureSecret(home: string, file: string): string {
  const path = join(home, file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  try {
    writeFileSync(path, `${randomBytes(32).toString('hex')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    if (!exists) throw error;
  }
  return readFileSync(path, 'utf8').trim();
}
