import { ApplicationFailure } from '@temporalio/workflow';
import type { CommandAnswer, Order, OrderName } from '../src/domain/messages.ts';
import { refusalOfOrder } from '../src/domain/orders.ts';
import { isTaskDone } from '../src/domain/progress.ts';
import { open } from './ceremony.ts';
import type { Story } from './story.ts';

/** The gate of the playbook: throws the refusal, with its code, where the order may not be carried out now. */
export function mayOrder(story: Story, order: Order): void {
  const refused = refusalOfOrder(story.incident, order, Date.now());
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused.message, refused.code);
}

const ANSWERS: Record<OrderName, CommandAnswer['status']> = {
  assign: 'assigned',
  complete: 'done',
  decide: 'decided',
  dismiss: 'dismissed',
  review: 'reviewed',
};

/** What a person does by the playbook: answered when the ledger has it. */
export async function carryOut(story: Story, order: Order): Promise<CommandAnswer> {
  if (order.order === 'dismiss' || order.order === 'decide') await story.attempted();
  mayOrder(story, order);
  if (order.order === 'dismiss') return open(story, order, order.dismissal);
  note(story, order);
  await story.written();
  return { status: ANSWERS[order.order] };
}

function note(story: Story, order: Exclude<Order, { order: 'dismiss' }>): void {
  const { by, claim, note } = order;
  const { playbook, binding } = story.incident;
  switch (order.order) {
    case 'assign':
      if (playbook !== undefined && isTaskDone(playbook, order.task)) return;
      return story.tell({ type: 'task_assigned', task: order.task, to: order.to, by }, by);
    case 'complete': {
      if (playbook !== undefined && isTaskDone(playbook, order.task)) return;
      const { task, result, evidence } = order;
      return story.tell({ type: 'task_done', task, by, claim, note, result, evidence }, by);
    }
    case 'decide': {
      const { step, verdict } = order;
      return story.tell({ type: 'decided', by, claim, note, step, verdict, binding }, by);
    }
    case 'review':
      return story.tell({ type: 'reviewed', by, note, document: order.document }, by);
  }
}
