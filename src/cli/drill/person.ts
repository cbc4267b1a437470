import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../domain/ceremony.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Api } from '../api.ts';
import { awaitedBy } from '../awaited.ts';
import { EXIT, Failure } from '../exit.ts';
import { meddle, type Meddler } from './meddle.ts';

/** An incident may be asked for before its workflow has started, and the engine may be busy. */
const TRY_AGAIN_MS = 200;

/**
 * Whoever the incident waits for, in a drill: gives each command once for each containment it is bound to. Where there
 * is a meddler, the host is tampered with before it may prove itself.
 */
export function playPerson(api: Api, ended: AbortSignal, meddler: Meddler | null) {
  const given = new Set<string>();
  let tampered = meddler === null;
  return {
    async consider(incident: Incident): Promise<void> {
      const command = awaitedBy(incident)?.command ?? null;
      if (command === null) return;
      // An escalation changes the binding and voids what was given: then it is given again.
      const occasion = `${command} ${incident.binding}`;
      if (given.has(occasion)) return;
      given.add(occasion);
      if (command === 'reattest' && meddler !== null && !tampered) {
        tampered = true;
        await meddle(api, incident.id, meddler);
      }
      await give(api, command, incident.id, ended);
    },
  };
}

/** A 409 means that the incident has moved on meanwhile; the entries that say how are on their way. */
async function give(api: Api, command: Command, id: string, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      await api.command(command, id, 'drill');
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.exit === EXIT.refused && MOVED_ON.has(error.code)) return;
      if (error.exit !== EXIT.unavailable) throw error;
      await sleep(TRY_AGAIN_MS, undefined, { signal: ended }).catch(() => undefined);
    }
  }
}

const MOVED_ON = new Set([
  'acknowledgement_required',
  'reattestation_required',
  'already_resolved',
  'already_closed',
]);
