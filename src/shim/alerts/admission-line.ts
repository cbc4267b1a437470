import type { Json } from '../../domain/alert.ts';
import type { Denial } from './admission-denial.ts';
import { isObject, member, text } from './reading.ts';

/** cosign says it twice, and the second time some versions say where in their program. */
const SAID = /^(?:Error: |(?:main\.go:\d{1,6}: )?error during command execution: )(.{1,4096})/s;

/** The words with which `cosign verify` and `verify-attestation` refuse an image, not those of a network that failed. */
const REFUSAL =
  /no (?:matching )?(?:signatures|attestations)|none of the expected identities matched|(?:invalid|failed to verify) (?:the )?signature|signature (?:mismatch|verification failed)/i;

/** A line of what cosign writes, as the door gives it. */
export function denialOfLine(part: Json): Denial | string {
  const message = SAID.exec(text(member(part, 'line')))?.[1]?.trim() ?? '';
  if (!isObject(part) || !REFUSAL.test(message)) return 'it is no denial';
  return {
    form: 'line',
    identity: [message],
    at: '',
    message,
    ...{ reason: 'image not verified', code: 0, verb: '', user: '', address: '' },
    resource: { kind: '', subresource: '', namespace: '', name: '', uid: '' },
    images: [],
    document: part,
  };
}
