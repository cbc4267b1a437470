import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { COMMANDS, type Command } from '../domain/ceremony.ts';
import { Fault } from '../domain/fault.ts';
import type { PersonCommand } from '../domain/messages.ts';
import { incidentIdSchema, instantSchema } from '../domain/primitives.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import { readOrCreatePrivateFile } from './private-file.ts';
import { sameSecret } from './token.ts';

/** Time to copy a token into another client and send the signal, and no more. */
export const SIGNAL_TOKEN_LIFETIME_MS = 5 * 60_000;

/** Keeps this use of the key apart from any other. */
const PURPOSE = 'cordon-signal-token-v1';

const claimsSchema = z.strictObject({
  by: z.string().min(1),
  incident_id: incidentIdSchema,
  command: z.enum(COMMANDS),
  expires_at: instantSchema,
});
type Claims = z.infer<typeof claimsSchema>;

/** What the token is for: one command on one incident. */
export type SignalPurpose = Pick<Claims, 'incident_id' | 'command'>;

export type SignalRefusal =
  'malformed' | 'bad_signature' | 'expired' | 'wrong_incident' | 'wrong_command';

export interface SignalTokens {
  /** For `by`, an authenticated person that may give the command. */
  mint(by: string, incidentId: string, command: Command): { token: string; expires_at: string };
  /** Who is behind a token. A refusal is a value. */
  verify(
    token: string,
    purpose: SignalPurpose,
  ): { accepted: true; person: PersonCommand } | { accepted: false; reason: SignalRefusal };
}

/** Tokens keyed by `keys/signal-key` below the home, which every server and worker must share. */
export async function openSignalTokens(home: string, now: () => number): Promise<SignalTokens> {
  const path = join(home, 'keys', 'signal-key');
  const hex = await readOrCreatePrivateFile(path, () => randomBytes(32).toString('hex'));
  if (!/^[0-9a-f]{64}$/.test(hex)) {
    const message = `The key in ${path} is not 64 lower-case hex digits`;
    throw new Fault('secret_file', message, { retryable: false });
  }
  return signalTokens(Buffer.from(hex, 'hex'), now);
}

function signalTokens(key: Uint8Array, now: () => number): SignalTokens {
  const signatureOf = (payload: string) =>
    createHmac('sha256', key).update(`${PURPOSE}.${payload}`).digest('base64url');

  return {
    mint: (by, incident_id, command) => {
      const expires_at = new Date(now() + SIGNAL_TOKEN_LIFETIME_MS).toISOString();
      const claims: Claims = { by, incident_id, command, expires_at };
      const payload = Buffer.from(canonicalJson(claims)).toString('base64url');
      return { token: `${payload}.${signatureOf(payload)}`, expires_at };
    },

    verify: (token, purpose) => {
      const [payload = '', signature = '', ...rest] = token.split('.');
      if (payload === '' || signature === '' || rest.length > 0) return refused('malformed');
      if (!sameSecret(signature, signatureOf(payload))) return refused('bad_signature');
      // Ours by its signature, so that it parses.
      const claims = claimsSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
      if (now() >= Date.parse(claims.expires_at)) return refused('expired');
      if (claims.incident_id !== purpose.incident_id) return refused('wrong_incident');
      if (claims.command !== purpose.command) return refused('wrong_command');
      return { accepted: true, person: { by: claims.by, claim: '', note: '' } };
    },
  };
}

function refused(reason: SignalRefusal): { accepted: false; reason: SignalRefusal } {
  return { accepted: false, reason };
}
