import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  log,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import {
  countAll,
  EMPTY_WINDOW,
  type Escalated,
  type EscalationWindow,
  type Occurrence,
} from '../src/domain/escalation.ts';
import { countManySignal, countSignal, escalateSignal } from './messages.ts';
import { areOccurrences } from './shapes.ts';

/** Well below the server's limit of 10,000 signals an execution. */
const MOST_SIGNALS = 1_000;

/** Longer than any window: whatever was counted has left it by then. */
const IDLE = '30d';

/** Counts the occurrences of one class, one after another, and tells each incident that escalates. */
export async function escalation(carried: EscalationWindow = EMPTY_WINDOW): Promise<void> {
  const inbox: Occurrence[][] = [];
  let window = carried;
  let handled = 0;
  const receive = (occurrences: Occurrence[]) => {
    if (areOccurrences(occurrences)) inbox.push(occurrences);
    else log.warn('a signal that is no occurrence was ignored');
  };
  setHandler(countSignal, (occurrence) => receive([occurrence]), {
    description: 'One more incident of this class',
  });
  setHandler(countManySignal, receive, {
    description: 'Further alerts of incidents of this class',
  });

  while (await condition(() => inbox.length > 0, IDLE)) {
    const escalated: Escalated[] = [];
    for (const occurrences of inbox.splice(0)) {
      const counted = countAll(window, occurrences);
      window = counted.window;
      escalated.push(...counted.escalated);
      handled += 1;
    }
    await Promise.all(escalated.map(tell));
    const full = handled >= MOST_SIGNALS || workflowInfo().continueAsNewSuggested;
    if (full && inbox.length === 0) await continueAsNew<typeof escalation>(window);
  }
}

async function tell({ incident_id, count: reached }: Escalated): Promise<void> {
  try {
    await getExternalWorkflowHandle(incident_id).signal(escalateSignal, { count: reached });
  } catch (error) {
    // It has ended already: there is nothing left to escalate.
    log.warn('an escalated incident could not be told', { incident_id, error: String(error) });
  }
}
