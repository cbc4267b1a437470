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

/** The key under which the ledger has a run's event: the same for a repeat, and for nothing else that is told. */
export function toldKey(runId: string, count: number, thread: string): string {
  return `${runId.slice(-8)}-${count}-${thread.slice(0, 8)}`;
}

/** True for the key of what a run of the workflow has told; what servers observe has another. */
export function isTold(key: string): boolean {
  return /^[0-9a-f]{8}-\d+-[0-9a-f]{8}$/.test(key);
}
