import { condition } from '@temporalio/workflow';
import { freeName } from '../../src/domain/further.ts';
import { planOn } from '../../src/domain/plan-action.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import type { PlannedStep } from '../../src/domain/playbook-plan.ts';
import { readySteps } from '../../src/domain/progress.ts';
import type { Subject } from '../../src/domain/report.ts';
import type { Story } from '../story.ts';
import { renew } from './renew.ts';

/** Takes each step of the playbook as soon as it can be taken: its branch, its approval, its targets, what comes before. */
export async function engage(story: Story): Promise<void> {
  if (story.incident.playbook === undefined) return;
  const isOver = () => story.over || story.resolved;
  const ready = () => readySteps(story.incident);
  for (;;) {
    await condition(() => isOver() || ready().length > 0);
    if (isOver()) return;
    for (const step of ready()) {
      story.tell({ type: 'engaged', step: step.step, actions: actionsOf(story, step) });
    }
    await renew(story, { isRaised: false });
  }
}

/** What is held already is left out: two steps may come to the same thing. */
function actionsOf(story: Story, { each, template }: PlannedStep): PlannedAction[] {
  const { containment_actions, playbook, subject: own } = story.incident;
  const names = new Set(containment_actions.map(({ action }) => action));
  const held = new Set(containment_actions.map(({ resource }) => resource));
  const subjects: Subject[] = each === null ? [own] : (playbook?.scope?.reaches[each] ?? []);
  const actions: PlannedAction[] = [];
  for (const subject of subjects) {
    const planned = planOn(template, subject);
    if (planned.kind === 'target' && held.has(planned.resource)) continue;
    const action = names.has(planned.action) ? freeName(planned.action, names) : planned.action;
    names.add(action);
    held.add(planned.resource);
    const isOwn = each === null && action === planned.action;
    actions.push(isOwn ? planned : { ...planned, action, on: { action: planned.action, subject } });
  }
  return actions;
}
