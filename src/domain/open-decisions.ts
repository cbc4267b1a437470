import type { OpenDecision } from './checklist.ts';
import { awaitingDecision, BREAKER_STEP, decisionDueMs } from './held.ts';
import type { Incident } from './incident-record.ts';
import { epochMs, instantOf } from './instant.ts';
import type { PlannedStep } from './playbook-plan.ts';
import type { PlaybookProgress } from './playbook-progress.ts';
import { branchState, DISMISS_STEP, falsePositive, RESOLVE_STEP, stateOfStep } from './progress.ts';

/**
 * The decisions that are open: of what the breaker holds, of steps that wait for one or can be asked for, and of a
 * resolution half given.
 */
export function openDecisions(incident: Incident, nowMs: number): OpenDecision[] {
  const { playbook, resolved_at } = incident;
  if (resolved_at !== '') return [];
  const held = ofBreaker(incident, nowMs);
  return playbook === undefined ? held : [...held, ...byPlaybook(incident, playbook, nowMs)];
}

/** One word is about all that it holds. */
function ofBreaker(incident: Incident, nowMs: number): OpenDecision[] {
  const dueMs = decisionDueMs(incident);
  if (dueMs === null) return [];
  const action = awaitingDecision(incident).map((held) => held.action);
  const about = { step: BREAKER_STEP, action: action.join(', '), each: '' } as const;
  const due = { due_at: instantOf(dueMs), overdue: dueMs < nowMs };
  return [{ ...about, roles: ['operator'], persons: 1, on_demand: false, ...due, given: [] }];
}

function byPlaybook(incident: Incident, playbook: PlaybookProgress, nowMs: number): OpenDecision[] {
  const steps = falsePositive(playbook) === null ? playbook.plan.steps : [];
  return [
    ...steps
      .filter(({ step, branch }) => {
        const isWaiting = stateOfStep(playbook, step)?.state === 'waiting';
        return isWaiting && branchState(playbook, branch) === 'taken';
      })
      .flatMap((step) => ofStep(incident, playbook, step, nowMs)),
    ...[RESOLVE_STEP, DISMISS_STEP].flatMap((way) => ofOpening(incident, playbook, way, nowMs)),
  ];
}

function ofStep(
  incident: Incident,
  playbook: PlaybookProgress,
  { step, template, each, approval }: PlannedStep,
  nowMs: number,
): OpenDecision[] {
  if (approval === null) return [];
  const { roles, persons, on_demand, within_ms } = approval;
  const due_at = on_demand ? '' : instantOf(epochMs(incident.created_at) + within_ms);
  return [
    {
      ...{ step, action: template.action, each: each ?? '', roles, persons, on_demand, due_at },
      overdue: due_at !== '' && epochMs(due_at) < nowMs,
      given: givenOf(incident, playbook, { step, persons }),
    },
  ];
}

/** Of the containment's opening, once the first of two persons has asked for it; their time then runs. */
function ofOpening(
  incident: Incident,
  playbook: PlaybookProgress,
  step: string,
  nowMs: number,
): OpenDecision[] {
  const { persons, within_ms } = playbook.plan.resolve;
  const given = givenOf(incident, playbook, { step, persons });
  const first = given.at(-1);
  if (persons === 1 || first === undefined) return [];
  const dueMs = epochMs(first.at) + within_ms;
  const about = { step, action: '', each: '', on_demand: false } as const;
  const due_at = instantOf(dueMs);
  return [{ ...about, roles: ['operator'], persons, due_at, overdue: dueMs < nowMs, given }];
}

/** What two persons say counts only of one and the same containment. */
function givenOf(
  { binding }: Incident,
  { decisions }: PlaybookProgress,
  { step: name, persons }: { step: string; persons: number },
): OpenDecision['given'] {
  return decisions
    .filter(({ step, binding: of }) => step === name && (persons === 1 || of === binding))
    .map(({ by, at, verdict }) => ({ by, at, verdict }));
}
