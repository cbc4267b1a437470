import type { Alert, AlertFormatName } from '../domain/alert.ts';
import type { IncidentEvent } from '../domain/events.ts';
import type { IncidentLog } from '../domain/ledger.ts';
import type { Log } from './log.ts';

/** What somebody else who can know says of an alert. */
export interface Witness {
  name: string;
  format: AlertFormatName;
  /** Never throws: that it says nothing is an answer too. */
  ask(alert: Alert): Promise<Pick<Corroborated, 'verdict' | 'reason'>>;
}

type Corroborated = Extract<IncidentEvent, { type: 'corroborated' }>;

export interface CorroborateDeps {
  witnesses: readonly Witness[];
  ledger: { log: Pick<IncidentLog, 'append'> };
  now: () => number;
  log: Log;
}

/**
 * Asks the witnesses of a format what they know of the alert that has opened an incident, and puts it on record. The
 * incident is contained meanwhile: a witness can be wrong, or be the intruder's.
 */
export function createCorroboration({ witnesses, ledger, now, log }: CorroborateDeps) {
  const asking = new Set<Promise<void>>();

  const corroborate = async (witness: Witness, incidentId: string, alert: Alert) => {
    const said = await witness.ask(alert);
    const event: Corroborated = { type: 'corroborated', witness: witness.name, ...said };
    const at = new Date(now()).toISOString();
    const key = `corroborated/${witness.name}`;
    await ledger.log.append(incidentId, [{ key, at, actor: 'cordon', event }]);
  };

  return {
    opened: (incidentId: string, format: AlertFormatName, alert: Alert): void => {
      for (const witness of witnesses.filter((other) => other.format === format)) {
        const asked = corroborate(witness, incidentId, alert)
          .catch((error: unknown) => {
            log.warn({ incident: incidentId, err: error }, 'what a witness said is not on record');
          })
          .finally(() => asking.delete(asked));
        asking.add(asked);
      }
    },
    /** Resolves when nobody is being asked any more. */
    settle: async (): Promise<void> => {
      await Promise.all(asking);
    },
  };
}
