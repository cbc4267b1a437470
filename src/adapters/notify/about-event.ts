import { BREAKER_STEP } from '../../domain/held.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import { stateOfTask } from '../../domain/progress.ts';

/** What of an entry by the playbook, or of a clock, somebody who is woken up has to know: names and times, no words. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  task_assigned: ['task', 'to', 'by'],
  task_done: ['task', 'by'],
  decided: ['step', 'verdict', 'by'],
  engaged: ['step'],
  reviewed: ['by'],
  sla_breached: ['stage', 'due_at'],
  watch_began: ['until'],
  reopened: ['way', 'other'],
};

/** What the event is about; of a task or a decision that is overdue also whose it is. Empty for the other events. */
export function aboutEvent(
  { type, body }: LedgerEntry,
  incident: Incident | null,
): Record<string, string> {
  const told = (TOLD[type] ?? []).flatMap((name): [string, string][] => {
    const value = body[name];
    return typeof value === 'string' ? [[name, value]] : [];
  });
  if (type === 'checked') return unmetIn(body);
  const stage = type === 'sla_breached' && typeof body['stage'] === 'string' ? body['stage'] : '';
  return { ...Object.fromEntries(told), ...levelOf(type, incident), ...whose(stage, incident) };
}

function levelOf(type: string, incident: Incident | null): Record<string, string> {
  const level = incident?.playbook?.plan.level;
  return level === undefined || TOLD[type] === undefined ? {} : { level };
}

function whose(stage: string, incident: Incident | null): Record<string, string> {
  const playbook = incident?.playbook;
  const [kind, name = ''] = stage.split('/');
  if (kind === 'decide' && name === BREAKER_STEP) return { roles: 'operator' };
  if (playbook === undefined) return {};
  if (kind === 'decide') {
    const step = playbook.plan.steps.find((planned) => planned.step === name);
    return { roles: (step?.approval?.roles ?? []).join(' ') };
  }
  if (kind !== 'task') return {};
  const task = playbook.plan.tasks.find((planned) => planned.task === name);
  const assignee = stateOfTask(playbook, name)?.assigned_to ?? '';
  return { roles: task?.role ?? '', ...(assignee !== '' && { assignee }) };
}

/** The checks that do not pass, each with its verdict. */
function unmetIn({ results }: LedgerEntry['body']): Record<string, string> {
  if (!Array.isArray(results)) return {};
  const verdicts = results.flatMap((result): [string, string][] => {
    if (typeof result !== 'object' || result === null || Array.isArray(result)) return [];
    const { check, verdict } = result;
    const isUnmet = typeof check === 'string' && typeof verdict === 'string' && verdict !== 'pass';
    return isUnmet ? [[check, verdict]] : [];
  });
  return Object.fromEntries(verdicts);
}
