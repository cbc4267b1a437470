import { BREAKER_STEP } from '../domain/held.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { PlannedTask } from '../domain/playbook-plan.ts';
import type { PlaybookProgress } from '../domain/playbook-progress.ts';
import type { Role } from '../domain/principal.ts';
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

/**
 * What somebody decides, and who may: a step of the playbook, or what the breaker holds. Throws `no_playbook` and
 * `unknown_step`.
 */
export function decisionOf(incident: Incident, step: string): { step: string; roles: Role[] } {
  if (step === BREAKER_STEP && incident.breaker !== undefined) return { step, roles: ['operator'] };
  const planned = playbookOf(incident).plan.steps.find((known) => known.step === step);
  const roles = planned?.approval?.roles;
  if (roles === undefined) {
    return refuse('unknown_step', `The playbook has no step ${step} to be decided`);
  }
  return { step, roles };
}
