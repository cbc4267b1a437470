import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../domain/ceremony.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Api } from '../api.ts';
import { awaitedBy } from '../awaited.ts';
import { EXIT, Failure } from '../exit.ts';

/** An incident may be asked for before its workflow has started, and the engine may be busy. */
const TRY_AGAIN_MS = 200;

/** Whoever the incident waits for, in a drill: gives each command once for each containment it is bound to. */
export function playPerson(api: Api, ended: AbortSignal) {
  const given = new Set<string>();
  return {
    async consider(incident: Incident): Promise<void> {
      const command = awaitedBy(incident)?.command ?? null;
      if (command === null) return;
      // An escalation changes the binding and voids what was given: then it is given again.
      const occasion = `${command} ${incident.binding}`;
      if (given.has(occasion)) return;
      given.add(occasion);
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
