import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import { planFor } from '../../src/domain/plan-for.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { PlannedTask } from '../../src/domain/playbook-plan.ts';
import {
  activeTasks,
  branchState,
  isTaskDone,
  openTasks,
  unmetBefore,
} from '../../src/domain/progress.ts';
import { refusalOfOrder } from '../../src/domain/orders.ts';
import type { TaskResult } from '../../src/domain/result-field.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { POLICY_FILES } from '../../src/intake/policy-source.ts';
import { incidentAfter } from '../support/incidents.ts';
import { BY_PLAYBOOK } from '../support/playbooks.ts';

/** What people may find, by `task.field`, as far as a branch hangs on it. */
type Findings = Record<string, string>;

let plans: [name: string, plan: Plan][];
beforeAll(async () => {
  const containmentPath = join(SHIPPED_POLICY, POLICY_FILES.containment);
  const policy = await loadPolicy({ containmentPath });
  plans = Object.values(policy.playbooks).map(({ playbook, serves }) => [
    playbook,
    planFor(policy, { class: serves[0] ?? '', subject: {} }),
  ]);
});

it('whatever is found, every playbook comes to an end, and nothing in it is for nothing', () => {
  for (const [name, plan] of plans) {
    const ends = findingsOf(plan).map((findings) => gone(plan, findings));
    for (const incident of ends) expect([name, leftOpen(incident)]).toEqual([name, []]);
    expect([name, neverTaken(plan, ends)]).toEqual([name, []]);
  }
});

/** Every task is done as soon as it can be, in the order of the playbook. */
function gone(plan: Plan, findings: Findings): Incident {
  const events: IncidentEvent[] = [];
  for (;;) {
    const incident = incidentAfter(plan, ...events);
    const task = nextTask(incident);
    if (task === undefined) return incident;
    const done = BY_PLAYBOOK.done(task.task, resultOf(task, findings));
    const evidence = Array.from({ length: task.evidence }, () => ARTIFACT);
    const order = { order: 'complete', task: task.task, by: 'ada', claim: '', note: '' } as const;
    const { result } = done;
    expect(refusalOfOrder(incident, { ...order, result, evidence }, 0)).toBeNull();
    events.push({ ...done, evidence });
  }
}

const ARTIFACT = { sha256: 'b'.repeat(64), size: 1, media_type: 'text/plain' };

function nextTask({ playbook }: Incident): PlannedTask | undefined {
  if (playbook === undefined) return undefined;
  return activeTasks(playbook).find(
    (task) =>
      task.phase !== 'review' &&
      !isTaskDone(playbook, task.task) &&
      unmetBefore(playbook, task).length === 0,
  );
}

function resultOf({ task, result }: PlannedTask, findings: Findings): TaskResult {
  const members = Object.entries(result).map(([name, field]): [string, TaskResult[string]] => {
    switch (field.type) {
      case 'choice':
        return [name, findings[`${task}.${name}`] ?? field.of[0] ?? ''];
      case 'text':
        return [name, 'what was found'];
      case 'list':
        return [name, []];
      case 'count':
        return [name, 0];
      case 'yes_no':
      case 'confirmed':
        return [name, true];
    }
  });
  return Object.fromEntries(members);
}

/** Every combination of what branches hang on. */
function findingsOf({ playbook }: Plan): Findings[] {
  const fields = new Map(
    Object.values(playbook?.branches ?? {}).map(({ task, field }) => {
      const asked = playbook?.tasks.find((known) => known.task === task)?.result[field];
      return [`${task}.${field}`, asked?.type === 'choice' ? asked.of : []];
    }),
  );
  return [...fields].reduce<Findings[]>(
    (some, [field, words]) => some.flatMap((f) => words.map((word) => ({ ...f, [field]: word }))),
    [{}],
  );
}

function leftOpen(incident: Incident): string[] {
  return openTasks(incident, 'resolve').map(({ task }) => task);
}

function neverTaken({ playbook }: Plan, ends: readonly Incident[]): string[] {
  const isTaken = (branch: string) =>
    ends.some((end) => end.playbook && branchState(end.playbook, branch) === 'taken');
  const tasks = playbook?.tasks.filter(({ task, phase }) => {
    return (
      phase !== 'review' && !ends.some((end) => end.playbook && isTaskDone(end.playbook, task))
    );
  });
  return [
    ...Object.keys(playbook?.branches ?? {}).filter((branch) => !isTaken(branch)),
    ...(tasks ?? []).map(({ task }) => task),
  ];
}
