import type { IncidentEvent } from './events.ts';
import type { Incident } from './incident-record.ts';
import type { CommandAnswer, Order, OrderName } from './messages.ts';
import { isTaskDone } from './progress.ts';

/** What an order that was carried out is answered with. */
export const ORDER_ANSWERS: Record<OrderName, CommandAnswer['status']> = {
  assign: 'assigned',
  complete: 'done',
  decide: 'decided',
  dismiss: 'dismissed',
  review: 'reviewed',
};

/** What is told of an order that may be carried out; null where it was before. */
export function eventOfOrder(
  { playbook, binding }: Pick<Incident, 'playbook' | 'binding'>,
  order: Exclude<Order, { order: 'dismiss' }>,
): IncidentEvent | null {
  const { by, claim, note } = order;
  const isDone = 'task' in order && playbook !== undefined && isTaskDone(playbook, order.task);
  if (isDone) return null;
  switch (order.order) {
    case 'assign':
      return { type: 'task_assigned', task: order.task, to: order.to, by };
    case 'complete': {
      const { task, result, evidence } = order;
      return { type: 'task_done', task, by, claim, note, result, evidence };
    }
    case 'decide': {
      const { step, verdict } = order;
      return { type: 'decided', by, claim, note, step, verdict, binding };
    }
    case 'review':
      return { type: 'reviewed', by, note, document: order.document };
  }
}
