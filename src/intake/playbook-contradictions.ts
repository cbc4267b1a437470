import { isAtOnce } from '../domain/plan-playbook.ts';
import type { Playbook } from '../domain/playbook.ts';
import type { Policy } from '../domain/policy.ts';
import type { Finding } from './policy-issues.ts';

type Around = Pick<Policy, 'containment' | 'targets' | 'baseline'>;

/** What a playbook's schema cannot see: names that nothing has, and an order that is none. */
export function contradictionsIn(playbook: Playbook, name: string): Finding[] {
  const misnamed = { path: ['playbook'], reason: `the file is named after ${name}` };
  return [
    ...(playbook.playbook === name ? [] : [misnamed]),
    ...outOfOrder(playbook, 'tasks', 'task'),
    ...outOfOrder(playbook, 'steps', 'step'),
    ...unknownBranches(playbook),
    ...undecidable(playbook),
    ...unruled(playbook),
  ];
}

/** The same of what stands in the other files of the policy. */
export function contradictionsAround(playbook: Playbook, policy: Around): Finding[] {
  const { rules } = policy.containment;
  const unknown = (known: object, name: string, path: PropertyKey[], what: string): Finding[] =>
    Object.hasOwn(known, name) ? [] : [{ path, reason: `${what} ${name}` }];
  return [
    ...playbook.serves.flatMap((served, at) => classProblem(playbook, served, at, rules)),
    ...playbook.steps.flatMap(({ action }, at) =>
      unknown(
        policy.targets.actions,
        action,
        ['steps', at, 'action'],
        'targets.yaml has no action',
      ),
    ),
    ...playbook.capture.flatMap((target, at) =>
      unknown(policy.targets.targets, target, ['capture', at], 'targets.yaml has no target'),
    ),
    ...playbook.checks.flatMap(({ check }, at) =>
      unknown(policy.baseline.checks, check, ['checks', at, 'check'], 'baseline.yaml has no check'),
    ),
  ];
}

function classProblem(
  { rule }: Playbook,
  served: string,
  at: number,
  rules: Policy['containment']['rules'],
): Finding[] {
  const path = ['serves', at];
  const isRuled = Object.hasOwn(rules, served);
  if (isRuled && rule !== undefined) {
    return [{ path, reason: `incident-containment.yaml has a rule for ${served} already` }];
  }
  if (isRuled || rule !== undefined) return [];
  return [
    { path, reason: `neither incident-containment.yaml nor the playbook has a rule for ${served}` },
  ];
}

/** What comes before must stand before, so that nothing waits for itself. */
function outOfOrder(playbook: Playbook, list: 'tasks' | 'steps', name: 'task' | 'step'): Finding[] {
  const items: readonly { after: string[]; task?: string; step?: string }[] = playbook[list];
  const names = items.map((item) => item[name] ?? '');
  return items.flatMap(({ after }, at) => [
    ...(names.indexOf(names[at] ?? '') === at
      ? []
      : [{ path: [list, at, name], reason: `another ${name} is named ${names[at]}` }]),
    ...after.flatMap((before, index) =>
      names.slice(0, at).includes(before)
        ? []
        : [
            {
              path: [list, at, 'after', index],
              reason: `no ${name} before this one is named ${before}`,
            },
          ],
    ),
  ]);
}

function unknownBranches({ branches, steps, tasks, checks }: Playbook): Finding[] {
  return Object.entries({ steps, tasks, checks }).flatMap(([list, items]) =>
    items.flatMap(({ branch }, at) =>
      branch === undefined || Object.hasOwn(branches, branch)
        ? []
        : [{ path: [list, at, 'branch'], reason: `there is no branch ${branch}` }],
    ),
  );
}

/** A branch hangs on a choice that a task asks for. */
function undecidable({ branches, tasks }: Playbook): Finding[] {
  return Object.entries(branches).flatMap(([name, { task, field, is }]) => {
    const path = ['branches', name];
    const asking = tasks.find((known) => known.task === task);
    if (asking === undefined)
      return [{ path: [...path, 'task'], reason: `there is no task ${task}` }];
    const choice = asking.result[field];
    if (choice?.type !== 'choice') {
      return [{ path: [...path, 'field'], reason: `${task} asks for no choice ${field}` }];
    }
    return is
      .filter((word) => !choice.of.includes(word))
      .map((word) => ({ path: [...path, 'is'], reason: `${field} is never ${word}` }));
  });
}

/** The actions of a class that incident-containment.yaml has a rule for stand there. */
function unruled({ rule, steps }: Playbook): Finding[] {
  if (rule !== undefined) return [];
  return steps.flatMap((step, at) =>
    isAtOnce(step)
      ? [{ path: ['steps', at], reason: 'is taken at once: name it in incident-containment.yaml' }]
      : [],
  );
}
