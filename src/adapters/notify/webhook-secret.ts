import { readFile } from 'node:fs/promises';

/** Standard Webhooks, "Signature scheme": 24 to 64 bytes of secret, base64, behind `whsec_`. */
const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const LEAST_BYTES = 24;
const MOST_BYTES = 64;

/** The signing key in a file: read at use, so that a rotated secret is used at once. Null where there is none. */
export async function readWebhookSecret(path: string): Promise<Uint8Array | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch {
    return null;
  }
  const key = Buffer.from(SECRET.exec(text.trim())?.[1] ?? '', 'base64');
  return key.length >= LEAST_BYTES && key.length <= MOST_BYTES ? key : null;
}
