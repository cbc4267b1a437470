import { createHmac } from 'node:crypto';
import { sameSecret } from './token.ts';

/**
 * How far a signed time may be from ours, in milliseconds: as Standard Webhooks advises. Within it, who has seen a
 * delivery can send it again, which is harmless: the same bytes are the same delivery, and the same alerts.
 */
const TOLERANCE_MS = 5 * 60_000;

/** Standard Webhooks, "Signature scheme": base64 behind `whsec_`. */
const STANDARD_SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** The same: 24 to 64 bytes. */
const LEAST_SECRET_BYTES = 24;

/** Standard Webhooks, "Webhook headers": an event is signed once for each key that is in use. */
const MOST_SIGNATURES = 8;

export type Headers = Readonly<Record<string, string>>;

/** A signature, whose time is near enough to be looked into. */
export interface Signed {
  /** By whoever has this key. The bytes are the body's as it came. */
  isBy(key: string, bytes: Uint8Array): boolean;
}

/**
 * The signature among the headers, by lower-case name; null where there is none, or none that says when it was made: a
 * signature over the body alone could be sent again for ever.
 */
export function signedBy(headers: Headers, nowMs: number): Signed | null {
  return standard(headers, nowMs) ?? grafana(headers, nowMs);
}

/** Whether there is a signature at all, good or not. */
export function isSigned(headers: Headers): boolean {
  return 'webhook-signature' in headers || 'x-grafana-alerting-signature' in headers;
}

/** https://www.standardwebhooks.com: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`. */
function standard(headers: Headers, nowMs: number): Signed | null {
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures } = headers;
  if (id === undefined || signatures === undefined || !isNear(at, nowMs)) return null;
  const claimed = signatures.split(' ', MOST_SIGNATURES);
  return {
    isBy: (key, bytes) => {
      const secret = Buffer.from(STANDARD_SECRET.exec(key)?.[1] ?? '', 'base64');
      if (secret.length < LEAST_SECRET_BYTES) return false;
      const mac = createHmac('sha256', secret).update(`${id}.${at}.`).update(bytes);
      const expected = `v1,${mac.digest('base64')}`;
      return claimed.some((signature) => sameSecret(signature, expected));
    },
  };
}

/**
 * Grafana's webhook contact point, "HMAC Signature": hex of HMAC-SHA256 over `timestamp:body`. The name of the header
 * with the time is for its operator to choose; it is this one here.
 */
function grafana(headers: Headers, nowMs: number): Signed | null {
  const at = headers['x-grafana-alerting-timestamp'];
  const signature = headers['x-grafana-alerting-signature'];
  if (signature === undefined || !isNear(at, nowMs)) return null;
  return {
    isBy: (key, bytes) =>
      key !== '' &&
      sameSecret(signature, createHmac('sha256', key).update(`${at}:`).update(bytes).digest('hex')),
  };
}

/** Epoch seconds. */
function isNear(at: string | undefined, nowMs: number): boolean {
  if (at === undefined || !/^\d{1,12}$/.test(at)) return false;
  return Math.abs(Number(at) * 1_000 - nowMs) <= TOLERANCE_MS;
}
