import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { IncidentEvent } from './events.ts';

/**
 * All that was told of an incident so far as one value: SHA-256 (hex) over the value before and the next event.
 * Two tellings have the same value only as long as they tell the same events in the same order.
 */
export function nextThread(before: string, event: IncidentEvent): string {
  return bytesToHex(sha256(utf8ToBytes(before + JSON.stringify(event))));
}
