import type { PlannedAction } from './plan.ts';
import type { ActionTemplate } from './playbook-plan.ts';
import type { Subject } from './report.ts';

/** What the subject names on its host, whichever of these it is. */
export const THING = 'thing';

/** Where it is always taken, whatever the subject's host. */
export const PLACE = 'place';

/** The action on the subject: pure, so that a playbook's steps are planned anew wherever it is known on whom. */
export function planOn(template: ActionTemplate, subject: Subject): PlannedAction {
  const { scope, unnamed_host, ...action } = template;
  const named = new Map<string, string>(Object.entries(subject));
  const field = (name: string): string => {
    if (name === THING) return subject.container ?? subject.process ?? subject.address ?? '';
    if (name === PLACE) return unnamed_host;
    return named.get(name) ?? (name === 'host' ? unnamed_host : '');
  };
  const { action: name, target } = action;
  return {
    ...action,
    resource: action.kind === 'ledger' ? '' : resourceOf(name, target, scope.map(field)),
  };
}

/** `freeze_agent@agent#host-3/agent-7`; `*` stands for what the report does not say, which is a thing of its own. */
function resourceOf(action: string, target: string, scope: string[]): string {
  const parts = scope.map((part) => (part === '' ? '*' : encodeURIComponent(part)));
  return [`${action}@${target}`, ...(parts.length === 0 ? [] : [parts.join('/')])].join('#');
}
