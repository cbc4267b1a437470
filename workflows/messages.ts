import { defineSignal, defineUpdate } from '@temporalio/workflow';
import {
  SIGNALS,
  UPDATES,
  type CommandAnswer,
  type EscalateSignal,
  type LostSignal,
  type ObserveSignal,
  type Order,
  type PersonCommand,
  type SignedSignal,
} from '../src/domain/messages.ts';
import type { Occurrence } from '../src/domain/escalation.ts';

export const acknowledgeUpdate = defineUpdate<CommandAnswer, [PersonCommand]>(UPDATES.acknowledge);
export const reattestUpdate = defineUpdate<CommandAnswer, [PersonCommand]>(UPDATES.reattest);
export const resolveUpdate = defineUpdate<CommandAnswer, [PersonCommand]>(UPDATES.resolve);
export const closeUpdate = defineUpdate<CommandAnswer, [PersonCommand]>(UPDATES.close);

export const orderUpdate = defineUpdate<CommandAnswer, [Order]>(UPDATES.order);

export const ackSignal = defineSignal<[SignedSignal]>(SIGNALS.ack);
export const reattestSignal = defineSignal<[SignedSignal]>(SIGNALS.reattest);
export const escalateSignal = defineSignal<[EscalateSignal]>(SIGNALS.escalate);
export const lostSignal = defineSignal<[LostSignal]>(SIGNALS.lost);
export const observeSignal = defineSignal<[ObserveSignal]>(SIGNALS.observe);
export const countSignal = defineSignal<[Occurrence]>(SIGNALS.count);
export const countManySignal = defineSignal<[Occurrence[]]>(SIGNALS.countMany);
