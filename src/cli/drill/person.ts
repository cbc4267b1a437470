import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '../../domain/ceremony.ts';
import type { Incident } from '../../domain/incident-record.ts';
import { openingAsked, RESOLVE_STEP } from '../../domain/progress.ts';
import type { Api } from '../api.ts';
import { awaitedBy } from '../awaited.ts';
import { EXIT, Failure } from '../exit.ts';
import { carryOut } from './carry-out.ts';
import { meddle, type Meddler } from './meddle.ts';
import { nextOrder } from './next-order.ts';
import type { SecondPerson } from './second-person.ts';

/** An incident may be asked for before its workflow has started, and the engine may be busy. */
const TRY_AGAIN_MS = 200;

/** Who is in a drill beside its first person. */
export interface Cast {
  ended: AbortSignal;
  meddler: Meddler | null;
  second: SecondPerson;
}

/**
 * Whoever the incident waits for, in a drill: gives each command once for each containment it is bound to. Where there
 * is a meddler, the host is tampered with before it may prove itself.
 */
export function playPerson(api: Api, { ended, meddler, second }: Cast) {
  const given = new Set<string>();
  let tampered = meddler === null;
  const apiOf = async (who: 'first' | 'second') => (who === 'first' ? api : second.api());
  return {
    async consider(incident: Incident): Promise<void> {
      const command = awaitedBy(incident)?.command ?? null;
      if (command === null) return follow(incident);
      // An escalation changes the binding and voids what was given: then it is given again.
      const occasion = `${command} ${incident.binding} ${isSeconded(incident)}`;
      if (given.has(occasion)) return;
      given.add(occasion);
      if (command === 'reattest' && meddler !== null && !tampered) {
        tampered = true;
        await meddle(api, incident.id, meddler);
      }
      const isSecond = command === 'resolve' && isSeconded(incident);
      await give(await apiOf(isSecond ? 'second' : 'first'), command, incident.id, ended);
    },
  };

  /** What the playbook leaves to people, each once for each containment it is bound to. */
  async function follow(incident: Incident): Promise<void> {
    const order = nextOrder(incident);
    if (order === null) return;
    const key = `${JSON.stringify(order)} ${incident.binding}`;
    if (given.has(key)) return;
    given.add(key);
    const { tasks } = await apiOf(order.by);
    await patiently(() => carryOut(tasks, incident.id, order, randomUUID()), ended);
  }
}

/** True where one person would open the containment, and another is needed. */
function isSeconded(incident: Incident): boolean {
  return openingAsked(incident).some(({ step }) => step === RESOLVE_STEP);
}

/** A 409 means that the incident has moved on meanwhile; the entries that say how are on their way. */
function give(api: Api, command: Command, id: string, ended: AbortSignal): Promise<void> {
  return patiently(() => api.command(command, id, 'drill'), ended);
}

async function patiently(say: () => Promise<void>, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      await say();
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
  'already_decided',
  'tasks_open',
  'decisions_open',
  'steps_open',
  'scope_unknown',
]);
