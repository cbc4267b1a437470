import type { AlertAdmission } from '../../src/domain/alert-log.ts';
import { AT_MS } from './admissions.ts';
import { alertAdmission, causedAlert, MINUTE } from './alerts.ts';

export interface TriagedWishes {
  counter?: string;
  /** The resource of which one that is held says so. */
  quarantinedBy?: string;
}

/** An alert of the numbered identity that is logged, unless its subject is quarantined or three come within a minute. */
export function triaged(
  identity: number,
  atMs = AT_MS,
  { counter = 'denials', quarantinedBy }: TriagedWishes = {},
): AlertAdmission {
  const wishes = { identity, atMs, class: 'burst_denial', subject: { extension: counter } };
  return {
    ...alertAdmission(wishes),
    becomes: {
      quarantined_by: quarantinedBy === undefined ? [] : [quarantinedBy],
      counters: [{ name: 'denials', counter, window_ms: MINUTE, many: 3 }],
      decide: ({ quarantined, counts }) =>
        quarantined || (counts['denials'] ?? 0) >= 3
          ? { becomes: causedAlert(wishes), follow: ['denials'] }
          : { becomes: { set_aside: 'logged', reason: 'a single one' }, follow: [] },
    },
  };
}
