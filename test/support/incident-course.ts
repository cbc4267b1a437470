import { refusal, type Command } from '../../src/domain/ceremony.ts';
import type { Commands } from '../../src/domain/commands.ts';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { Fault } from '../../src/domain/fault.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { Ledger } from '../../src/domain/ledger.ts';
import type { CommandAnswer, PersonCommand } from '../../src/domain/messages.ts';
import { eventOfOrder, ORDER_ANSWERS } from '../../src/domain/order-event.ts';
import { refusalOfOrder } from '../../src/domain/orders.ts';
import { CLAIMED } from './attestations.ts';

/** Stands where incident workflows stand: the same gate and the same events, written to the same ledger. */
export interface IncidentCourse extends Commands {
  engine: 'up' | 'down';
  /** False: the incident is recorded but has no workflow, before its start or after its end. */
  running: boolean;
  /** Every command that arrived, by its request id. */
  readonly arrived: string[];
  contain(id: string): Promise<void>;
}

export function createIncidentCourse(ledger: Pick<Ledger, 'log' | 'register'>): IncidentCourse {
  let told = 0;
  const tell = (id: string, actor: string, ...events: IncidentEvent[]) =>
    ledger.log.append(
      id,
      events.map((event) => {
        told += 1;
        return { key: `course-${told}`, at: new Date().toISOString(), actor, event };
      }),
    );

  const course: IncidentCourse = {
    engine: 'up',
    running: true,
    arrived: [],
    async contain(id) {
      const { containment_actions } = await read(ledger, id);
      const measured = { status: 'contained', reason: 'ok', detail: '' } as const;
      const results = containment_actions.map(({ action, target }): IncidentEvent => {
        return { type: 'action', result: { action, target, ...measured } };
      });
      await tell(id, 'cordon', ...results, { type: 'contained' });
    },
    async send(id, command, person, requestId) {
      course.arrived.push(requestId);
      if (course.engine === 'down') {
        throw new Fault('engine_unavailable', 'No engine answers', { retryable: true });
      }
      if (!course.running) throw new Fault('not_found', 'No such workflow', { retryable: false });
      const incident = await read(ledger, id);
      const refused = refusal(incident, command, 0);
      if (refused !== null) return { refused };
      if (!isDone(incident, command)) await tell(id, person.by, eventOf(incident, command, person));
      return { done: { status: ANSWERS[command] } };
    },
    async order(id, order, requestId) {
      course.arrived.push(requestId);
      const incident = await read(ledger, id);
      const refused = refusalOfOrder(incident, order, 0);
      if (refused !== null) return { refused };
      const { by, note } = order;
      const event: IncidentEvent | null =
        order.order === 'dismiss'
          ? { type: 'resolved', by, note, dismissal: order.dismissal }
          : eventOfOrder(incident, order);
      if (event !== null) await tell(id, by, event);
      return { done: { status: ORDER_ANSWERS[order.order] } };
    },
  };
  return course;
}

const ANSWERS: Record<Command, CommandAnswer['status']> = {
  acknowledge: 'acknowledged',
  reattest: 're-attestation recorded',
  resolve: 'resolved',
  close: 'closed',
};

function isDone(incident: Incident, command: Command): boolean {
  const at = {
    acknowledge: incident.acked_at,
    reattest: incident.re_attested_at,
    resolve: incident.resolved_at,
    close: incident.closed_at,
  };
  return at[command] !== '';
}

function eventOf(
  { binding }: Incident,
  command: Command,
  { by, claim, note }: PersonCommand,
): IncidentEvent {
  const events: Record<Command, IncidentEvent> = {
    acknowledge: { type: 'acknowledged', by, claim, note, binding },
    reattest: { type: 'attestation', by, ...CLAIMED, binding },
    resolve: { type: 'resolved', by, note },
    close: { type: 'closed', by, note },
  };
  return events[command];
}

async function read({ register }: Pick<Ledger, 'register'>, id: string): Promise<Incident> {
  const incident = await register.incident(id);
  if (incident === null) throw new Error(`${id} is not in the register`);
  return incident;
}
