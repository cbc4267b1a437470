import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Incident } from './incident-record.ts';

/**
 * The containment transaction as one value: SHA-256 (hex) over id, class, severity, and each action with its
 * result. An acknowledgement and an attestation are bound to it, so that neither outlives a change of it.
 * Serialised as nested arrays, whose JSON has one form only.
 */
export function bindingOf(
  incident: Pick<Incident, 'id' | 'class' | 'severity' | 'containment_actions'>,
): string {
  const actions = incident.containment_actions.map((a) => [a.action, a.resource, a.status]);
  const transaction = JSON.stringify([incident.id, incident.class, incident.severity, actions]);
  return bytesToHex(sha256(utf8ToBytes(transaction)));
}
