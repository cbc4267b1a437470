import type { Incident } from '../domain/incident-record.ts';
import type { PlannedStep, PlannedTask } from '../domain/playbook-plan.ts';
import type { PlaybookProgress } from '../domain/playbook-progress.ts';
import { refuse } from './refuse.ts';

/** The playbook that the incident has pinned. Throws `no_playbook`. */
export function playbookOf({ id, playbook }: Incident): PlaybookProgress {
  return playbook ?? refuse('no_playbook', `${id} has no playbook`);
}

/** A task of it. Throws `no_playbook` and `unknown_task`. */
export function taskOf(incident: Incident, name: string): PlannedTask {
  const task = playbookOf(incident).plan.tasks.find((planned) => planned.task === name);
  return task ?? refuse('unknown_task', `The playbook has no task ${name}`);
}

/** A step of it that somebody decides, and how. Throws `no_playbook` and `unknown_step`. */
export function decidedStepOf(
  incident: Incident,
  name: string,
): { step: string; approval: NonNullable<PlannedStep['approval']> } {
  const planned = playbookOf(incident).plan.steps.find(({ step }) => step === name);
  const approval = planned?.approval ?? null;
  if (approval === null) {
    return refuse('unknown_step', `The playbook has no step ${name} to be decided`);
  }
  return { step: name, approval };
}
