import { z } from 'zod';
import type { Endpoint } from '../../targets/endpoint.ts';
import { success, type Problem } from '../../targets/problem.ts';
import { jsonAnswer } from '../json-answer.ts';

/** What a header takes; anything else could be presented to nobody. */
const secretSchema = z.string().regex(/^[\x21-\x7e]{8,4096}$/);
const issuedSchema = z.object({ secret: secretSchema });

/** What ends credentials, makes new ones, and takes or refuses them. `key` is the same for one rotation. */
export interface Issuer {
  /** Ends all that was issued, but for what was issued under this very key. */
  revoke(credential: string, key: string, signal: AbortSignal): Promise<Problem | null>;
  /** A new one. What was issued under the key before is ended: its answer may have been lost. */
  issue(
    credential: string,
    key: string,
    signal: AbortSignal,
  ): Promise<z.infer<typeof issuedSchema> | Problem>;
  /** Whether it is accepted from whoever comes with it, and nothing else. */
  present(secret: string, signal: AbortSignal): Promise<{ accepted: boolean } | Problem>;
}

/** `door`: the same service without a token of ours, as a bearer of a secret comes to it. */
export function issuerAt(issuer: Endpoint, door: Endpoint, now: () => number): Issuer {
  const order = (path: string, credential: string, key: string, signal: AbortSignal) => {
    const headers = { 'idempotency-key': key };
    return issuer.call({ method: 'POST', path, headers, body: { credential } }, signal);
  };
  return {
    revoke: async (credential, key, signal) => {
      const answer = await order('/v1/credentials/revoke', credential, key, signal);
      const outcome = success(answer, `revoking ${credential}`, now());
      return 'reason' in outcome ? outcome : null;
    },
    issue: async (credential, key, signal) => {
      const answer = await order('/v1/credentials/issue', credential, key, signal);
      const issued = jsonAnswer(answer, issuedSchema, `issuing ${credential} anew`, now());
      return 'reason' in issued ? issued : issued.said;
    },
    present: async (secret, signal) => {
      if (!secretSchema.safeParse(secret).success) {
        const detail = 'what the vault holds cannot be presented as a bearer token';
        return { reason: 'unreadable_state', detail, retryable: false };
      }
      const headers = { authorization: `Bearer ${secret}` };
      const answer = await door.call({ method: 'GET', path: '/v1/whoami', headers }, signal);
      if ('status' in answer && answer.status === 401) return { accepted: false };
      const outcome = success(answer, 'presenting the secret', now());
      return 'reason' in outcome ? { ...outcome, retryable: true } : { accepted: true };
    },
  };
}
