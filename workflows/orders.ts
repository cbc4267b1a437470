import { ApplicationFailure } from '@temporalio/workflow';
import type { CommandAnswer, Order } from '../src/domain/messages.ts';
import { eventOfOrder, ORDER_ANSWERS } from '../src/domain/order-event.ts';
import { refusalOfOrder } from '../src/domain/orders.ts';
import { open } from './ceremony.ts';
import type { Story } from './story.ts';

/** The gate of the playbook: throws the refusal, with its code, where the order may not be carried out now. */
export function mayOrder(story: Story, order: Order): void {
  const refused = refusalOfOrder(story.incident, order, Date.now());
  if (refused !== null) throw ApplicationFailure.nonRetryable(refused.message, refused.code);
}

/** What a person does by the playbook: answered when the ledger has it. */
export async function carryOut(story: Story, order: Order): Promise<CommandAnswer> {
  if (order.order === 'dismiss' || order.order === 'decide') await story.attempted();
  mayOrder(story, order);
  if (order.order === 'dismiss') return open(story, order, order.dismissal);
  const event = eventOfOrder(story.incident, order);
  if (event !== null) story.tell(event, order.by);
  await story.written();
  return { status: ORDER_ANSWERS[order.order] };
}
