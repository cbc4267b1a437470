import { log } from '@temporalio/workflow';
import { severer } from '../src/domain/course.ts';
import type { Widening } from '../src/domain/events.ts';
import { fitted, mayWiden } from '../src/domain/further.ts';
import type { ObserveSignal } from '../src/domain/messages.ts';
import type { Course, PlannedAction } from '../src/domain/plan.ts';
import { severityRank } from '../src/domain/severity.ts';
import { isObserveSignal } from './shapes.ts';
import { freeze } from './stages/freeze.ts';
import { renew } from './stages/renew.ts';
import type { Story } from './story.ts';

/** Takes in what a further alert of the cause has brought to light. A repeat finds that it is known. */
export async function observe(story: Story, signal: ObserveSignal): Promise<void> {
  if (!isObserveSignal(signal)) return log.warn('a signal that is no observation was ignored');
  const { raises, widens } = signal;
  if (story.resolved) return;
  const isRaised = raises !== undefined && raise(story, raises);
  const added = widens === undefined ? [] : widen(story, widens);
  if (!isRaised && added.length === 0) return story.written();
  // What it adds is held from then on.
  await story.written();
  await freeze(story, added);
  await renew(story, { isRaised });
}

/** The same for what an earlier run was told, and has not come to. */
export async function observeAgain(story: Story): Promise<void> {
  for (const signal of story.input.observed ?? []) await observe(story, signal);
}

function raise(story: Story, raises: Course): boolean {
  const { severity: from } = story.incident;
  if (severityRank(raises.severity) <= severityRank(from)) return false;
  story.tell({ type: 'raised', from, course: severer(story.course, raises) });
  return true;
}

/**
 * Also where the course has come to require a proof meanwhile, and the subject is on another host than the one that
 * will give it: who is told of it is contained by nobody else. The release leaves it to people.
 */
function widen(story: Story, widens: Widening): PlannedAction[] {
  const refused = mayWiden(story.incident, widens);
  if (refused === 'too_many_subjects') {
    const message = `A further subject is not contained: ${Object.values(widens.subject).join(' ')}`;
    story.tell({ type: 'alert', message });
  }
  if (refused !== null && refused !== 'host_to_be_proved') return [];
  const widening = fitted(widens, story.incident.containment_actions);
  story.tell({ type: 'widened', ...widening });
  return widening.actions;
}
