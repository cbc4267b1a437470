import { createHmac } from 'node:crypto';

/** The three headers of Standard Webhooks. `id` is the same for every attempt; the time is that of this attempt. */
export function signedHeaders(
  key: Uint8Array,
  id: string,
  nowMs: number,
  body: string,
): Record<string, string> {
  const timestamp = Math.floor(nowMs / 1_000);
  // "Signature scheme": HMAC-SHA256 over id.timestamp.body, base64, behind the version.
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': `v1,${mac}`,
  };
}
