import { eventIn } from '../../domain/recorded.ts';
import { eventSentence } from '../text/event-sentence.ts';
import type { Paint } from '../text/paint.ts';
import { duration } from '../text/time.ts';
import type { DrillStep, DrillStory } from './story.ts';

const ELAPSED_WIDTH = 10;
const NAME_WIDTH = 18;

/** `    43 ms  contained           every action was measured to be in force`. */
export function drillLine({ entry, elapsed_ms }: DrillStep, paint: Paint): string {
  const event = eventIn(entry)?.event;
  const what = event === undefined ? '' : eventSentence(event);
  const elapsed = paint('dim', `${elapsed_ms} ms`.padStart(ELAPSED_WIDTH));
  return `${elapsed}  ${paint('bold', entry.type.padEnd(NAME_WIDTH))}  ${what}`;
}

export function drillVerdict({ incident, steps, problems }: DrillStory, paint: Paint): string {
  if (problems.length > 0)
    return problems.map((problem) => paint('bad', `✗ ${problem}`)).join('\n');
  const took = duration(steps.at(-1)?.elapsed_ms ?? 0);
  const sentence = `${incident.id} ended as it should: ${steps.length} entries in ${took}, nothing is held, its bundle verifies.`;
  return paint('good', `✓ ${sentence}`);
}
