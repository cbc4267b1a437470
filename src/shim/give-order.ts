import type { CommandResult } from '../domain/commands.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { CommandAnswer, Order } from '../domain/messages.ts';
import { ORDER_ANSWERS } from '../domain/order-event.ts';
import { refusalOfOrder } from '../domain/orders.ts';
import { isTaskDone } from '../domain/progress.ts';
import type { ShimDeps } from './deps.ts';
import { CommandRefused, mustHaveEnded, requestId } from './give-command.ts';
import { refuse } from './refuse.ts';
import type { Call } from './route.ts';

/**
 * Carries what a person orders by the incident's playbook to its workflow, like a command. That the person may is for
 * the caller to see to. Throws `CommandRefused`; faults: `not_started`, `engine_unavailable`.
 */
export async function giveOrder(
  call: Pick<Call<unknown, unknown>, 'principal' | 'header'>,
  incident: Incident,
  order: Order,
  deps: Pick<ShimDeps, 'commands' | 'revive' | 'now'>,
): Promise<CommandAnswer> {
  const id = requestId(call, `${order.order}${placeOf(order)}`);
  const result = await deps.commands
    .order(incident.id, order, id)
    .catch((error: unknown) => afterwards(incident, order, error, deps));
  if ('refused' in result) throw new CommandRefused(result.refused);
  return result.done;
}

/** Throws `CommandRefused` where the order would be refused as the record stands: nothing need be kept for it then. */
export function mustBeOpen(incident: Incident, order: Order, nowMs: number): void {
  const refused = refusalOfOrder(incident, order, nowMs);
  if (refused !== null) throw new CommandRefused(refused);
}

/** One key may be used for several tasks. */
function placeOf(order: Order): string {
  if ('task' in order) return `/${order.task}`;
  return 'step' in order ? `/${order.step}` : '';
}

/** Where the workflow has ended, only the record can answer. */
async function afterwards(
  incident: Incident,
  order: Order,
  error: unknown,
  { revive, now }: Pick<ShimDeps, 'revive' | 'now'>,
): Promise<CommandResult> {
  await mustHaveEnded(incident.id, error, { revive });
  const refused = refusalOfOrder(incident, order, now());
  if (refused !== null) return { refused };
  if (isRepeat(incident, order)) return { done: { status: ORDER_ANSWERS[order.order] } };
  return refuse('not_required', 'The incident is over, and this was not asked for');
}

function isRepeat({ playbook, dismissal }: Incident, order: Order): boolean {
  if (order.order === 'dismiss') return dismissal !== undefined;
  return order.order === 'complete' && playbook !== undefined && isTaskDone(playbook, order.task);
}
