import { refuse } from './refuse.ts';

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?$/;

/** For the description of each route that heeds it. */
export const IDEMPOTENCY_KEY = {
  'Idempotency-Key': '1 to 255 printable ASCII characters; a repeat is answered as the first was',
} as const;

/** The caller's Idempotency-Key, or '' where there is none. Throws `bad_idempotency_key`. */
export function idempotencyKey(header: string | undefined): string {
  if (header === undefined) return '';
  if (KEY.test(header)) return header;
  return refuse(
    'bad_idempotency_key',
    'An Idempotency-Key has 1 to 255 printable ASCII characters',
  );
}
