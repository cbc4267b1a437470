import { canonicalJson } from '../evidence/canonical.ts';
import { sha256Hex } from '../evidence/digest.ts';

/** SHA-256 over what tells an alert from every other of its detector, whatever its parts hold. */
export function alertIdentity(identity: readonly string[]): string {
  return sha256Hex(canonicalJson([...identity]));
}
