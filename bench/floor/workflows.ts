import {
  condition,
  defineUpdate,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const local = proxyLocalActivities<Pick<FloorActivities, 'append' | 'count'>>({
  startToCloseTimeout: '10s',
});
const steps = proxyActivities<Omit<FloorActivities, 'append' | 'count'>>({
  startToCloseTimeout: '30s',
});

export const ack = defineUpdate<string>('ack');
export const reattest = defineUpdate<string>('reattest');
export const resolve = defineUpdate<string>('resolve');

/** The shape of an incident's life with nothing in it: the least that the engine asks for such a life. */
export async function floor(input: { id: string; padding: string }): Promise<void> {
  let acked = false;
  let attested = false;
  let resolved = false;
  setHandler(ack, () => {
    acked = true;
    return 'acknowledged';
  });
  setHandler(reattest, async () => {
    await steps.attest(input.id);
    attested = true;
    return 're-attested';
  });
  setHandler(resolve, () => {
    resolved = true;
    return 'resolved';
  });
  await Promise.all([local.append(input.id, 0), local.count(input.id)]);
  await steps.capture(input.id);
  await Promise.all([1, 2, 3].map((action) => steps.contain(input.id, action)));
  await local.append(input.id, Date.now());
  await condition(() => acked && attested && resolved, '30d');
  await Promise.all([1, 2].map((action) => steps.release(input.id, action)));
  await steps.bundle(input.id);
}
