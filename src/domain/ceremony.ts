import { epochMs } from './instant.ts';
import type { Incident } from './incident-record.ts';

/** What a person may ask of an incident. */
export const COMMANDS = ['acknowledge', 'reattest', 'resolve', 'close'] as const;
export type Command = (typeof COMMANDS)[number];

/** Why a command is refused: the `code` of a 409. */
export type RefusalCode =
  | 'already_resolved'
  | 'already_closed'
  | 'not_required'
  | 'acknowledgement_required'
  | 'reattestation_required'
  | 'not_resolved';

export interface Refusal {
  code: RefusalCode;
  message: string;
}

/** The gate: null where the command may proceed at `nowMs`, else the reason that it may not. */
export function refusal(incident: Incident, command: Command, nowMs: number): Refusal | null {
  if (incident.state === 'closed') return command === 'close' ? null : refuse('already_closed');
  if (command === 'close') return incident.resolved_at === '' ? refuse('not_resolved') : null;
  if (incident.resolved_at !== '') return command === 'resolve' ? null : refuse('already_resolved');
  if (command === 'reattest') return incident.require_reattest ? null : refuse('not_required');
  if (command === 'resolve') return missingForResolution(incident, nowMs);
  return null;
}

/**
 * True when acknowledgement and, where required, re-attestation hold for the containment as it is now. A proof that
 * expires is told as an event, so that a reader needs no clock.
 */
export function recoveryComplete(incident: Incident): boolean {
  return missingForResolution(incident, 0) === null;
}

/** True while the host's last proof may still open the gate. */
export function isProved({ re_attested_at, attestation }: Incident, nowMs: number): boolean {
  const expires = attestation?.expires_at ?? '';
  return re_attested_at !== '' && (expires === '' || nowMs < epochMs(expires));
}

/** True while a workflow has something left to do for the incident. */
export function isUnfinished(incident: Incident): boolean {
  if (incident.closed_at !== '') return false;
  return incident.require_review || incident.bundle === null;
}

function missingForResolution(incident: Incident, nowMs: number): Refusal | null {
  if (incident.require_ack && incident.acked_at === '') return refuse('acknowledgement_required');
  if (incident.require_reattest && !isProved(incident, nowMs)) {
    const because = incident.re_attested_at === '' ? incident.attestation_refused : 'expired';
    return refuse('reattestation_required', because);
  }
  return null;
}

const SENTENCES: Record<RefusalCode, string> = {
  already_resolved: 'The incident is resolved already',
  already_closed: 'The incident is closed already',
  not_required: 'This incident requires no re-attestation',
  acknowledgement_required: 'The incident must be acknowledged before it can be resolved',
  reattestation_required: 'The host must be re-attested before the incident can be resolved',
  not_resolved: 'The incident must be resolved before it can be closed',
};

function refuse(code: RefusalCode, because = ''): Refusal {
  return { code, message: because === '' ? SENTENCES[code] : `${SENTENCES[code]} (${because})` };
}
