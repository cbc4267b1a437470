import { ApplicationFailure, CancellationScope, log, setHandler } from '@temporalio/workflow';
import type { Command } from '../src/domain/ceremony.ts';
import type { LostSignal, PersonCommand, SignedSignal } from '../src/domain/messages.ts';
import { acknowledge, close, mayProceed, reattest, resolve } from './ceremony.ts';
import { noted } from './effects.ts';
import {
  acknowledgeUpdate,
  ackSignal,
  closeUpdate,
  escalateSignal,
  lostSignal,
  observeSignal,
  orderUpdate,
  reattestSignal,
  reattestUpdate,
  resolveUpdate,
} from './messages.ts';
import { isLostSignal, isOrder, isPersonCommand, isSignedSignal } from './shapes.ts';
import { escalate } from './escalate.ts';
import { observe } from './observe.ts';
import { carryOut, mayOrder } from './orders.ts';
import { regain } from './stages/contain.ts';
import type { Story } from './story.ts';

/** Opens the incident to people, to Temporal-native clients, to the class's counter and to further alerts. */
export function takeCommands(story: Story): void {
  const gate = (command: Command) => ({
    validator: (person: PersonCommand) => {
      if (!isPersonCommand(person)) throw malformed();
      mayProceed(story, command);
    },
  });
  setHandler(acknowledgeUpdate, (person) => steadily(() => acknowledge(story, person)), {
    ...gate('acknowledge'),
    description: 'A person has reviewed the incident',
  });
  setHandler(reattestUpdate, (person) => steadily(() => reattest(story, person)), {
    ...gate('reattest'),
    description: 'Ask the host to prove its state now',
  });
  setHandler(resolveUpdate, (person) => steadily(() => resolve(story, person)), {
    ...gate('resolve'),
    description: 'Open the containment; refused while the ceremony is incomplete',
  });
  setHandler(closeUpdate, (person) => steadily(() => close(story, person)), {
    ...gate('close'),
    description: 'The review is done',
  });
  setHandler(orderUpdate, (order) => steadily(() => carryOut(story, order)), {
    validator: (order) => {
      if (!isOrder(order)) throw malformed();
      mayOrder(story, order);
    },
    description: 'What the playbook leaves to a person',
  });
  setHandler(ackSignal, (signal) => steadily(() => bySignal(story, 'acknowledge', signal)), {
    description: 'acknowledge, with a token minted for this person and incident',
  });
  setHandler(reattestSignal, (signal) => steadily(() => bySignal(story, 'reattest', signal)), {
    description: 're-attest, with a token minted for this person and incident',
  });
  setHandler(escalateSignal, (signal) => steadily(() => escalate(story, signal)), {
    description: 'The class has reached its threshold',
  });
  setHandler(observeSignal, (signal) => steadily(() => observe(story, signal)), {
    description: 'A further alert of its cause has brought something to light',
  });
  setHandler(lostSignal, (signal) => steadily(() => lose(story, signal)), {
    description: 'An action was measured to be no longer in force',
  });
}

/** Handlers run outside the incident's own scope: after a cancellation none of them could wait for anything. */
function steadily<T>(handle: () => Promise<T>): Promise<T> {
  return CancellationScope.nonCancellable(handle);
}

async function bySignal(
  story: Story,
  command: 'acknowledge' | 'reattest',
  signal: SignedSignal,
): Promise<void> {
  try {
    if (!isSignedSignal(signal)) throw malformed();
    const { token, note } = signal;
    const incident_id = story.incident.id;
    const person = { ...(await noted.authenticateSignal({ incident_id, command, token })), note };
    await (command === 'acknowledge' ? acknowledge(story, person) : reattest(story, person));
  } catch (error) {
    // A signal has nobody to answer to, and must not fail the incident either.
    log.warn('a signal was refused', { reason: String(error) });
  }
}

async function lose(story: Story, signal: LostSignal): Promise<void> {
  if (!isLostSignal(signal)) return log.warn('a signal that names no loss was ignored');
  await story.attempted();
  await regain(story, signal);
}

function malformed(): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    'The message is not of the form it should have',
    'malformed',
  );
}
