import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { PlannedAction } from './plan.ts';

/** As much of an action as tells it from every other of its incident. */
type Told = Pick<PlannedAction, 'action' | 'resource' | 'on'>;

/** Of the resources of one incident; half of a digest would tell apart more than there can be. */
const RESOURCE_HEX_DIGITS = 16;

/**
 * The key of one containment from its first call to its last, whatever was lost and applied anew between them. On a
 * further subject the resource is in it, and not the name that the action has in its incident, so that whoever knows
 * it by another name has the same key.
 */
export function containmentKey(incidentId: string, { action, resource, on }: Told): string {
  if (on === undefined) return `${incidentId}/${action}`;
  const digest = bytesToHex(sha256(utf8ToBytes(resource))).slice(0, RESOURCE_HEX_DIGITS);
  return `${incidentId}/${on.action}/${digest}`;
}

/**
 * The key every attempt at one effect carries, the reflex's included: the target does it once. `again` counts what
 * was lost and is applied anew, which a target that remembers the first key would take for a repeat.
 */
export function effectKey(
  incidentId: string,
  action: Told & { target: string },
  effect: 'apply' | 'release',
  again = 0,
): string {
  const key = `${containmentKey(incidentId, action)}/${action.target}`;
  if (effect === 'release') return `${key}/release`;
  return again === 0 ? key : `${key}/again-${again}`;
}
