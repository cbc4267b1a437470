import { createHmac } from 'node:crypto';
import { COLLECTORS } from '../domain/host-capture.ts';
import { REMOVED } from './redaction-rule.ts';

/** Stand for names and digests: the same for the same within one bundle, and for nobody to turn back. */
export interface Pseudonyms {
  name(name: string): string;
  /** 64 hex digits for 64 hex digits. */
  digest(sha256: string): string;
}

/** The actor of whatever no person did, our own collectors, and the name that is not known. They tell of nobody. */
const NOBODY: readonly string[] = ['', 'cordon', ...COLLECTORS];

const PSEUDONYM = /^anon-[0-9a-f]{16}$/;

/** By HMAC-SHA256: whoever lacks the key cannot find a name by trying those that he knows. */
export function keyedPseudonyms(key: Uint8Array): Pseudonyms {
  const hmac = (kind: string, text: string) =>
    createHmac('sha256', key).update(`${kind}\0${text}`).digest('hex');
  return {
    name: (name) => (NOBODY.includes(name) ? name : `anon-${hmac('name', name).slice(0, 16)}`),
    digest: (sha256) => hmac('digest', sha256),
  };
}

/** For looking at what is redacted already: a pseudonym stays, a name does not. A digest does not show what it is. */
export const recognised: Pseudonyms = {
  name: (name) => (NOBODY.includes(name) || PSEUDONYM.test(name) ? name : REMOVED),
  digest: (sha256) => sha256,
};
