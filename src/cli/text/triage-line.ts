import type { TriageMark } from '../../domain/triage.ts';
import type { ExplainedTriage } from '../../intake/triage/explain-triage.ts';

/** `P1 by extension_runtime: quarantined no, kind policy_denial, burst yes; playbook burst-denial`. */
export function triageLine({ tree, path, level, playbook }: TriageMark): string {
  const answers = path.map(({ question, answer }) => `${question} ${answer}`).join(', ');
  const why = answers === '' ? '' : `: ${answers}`;
  return `${level} by ${tree}${why}${playbook === undefined ? '' : `; playbook ${playbook}`}`;
}

/** `burst_denial, high, P1`: where a tree has ended. */
export function triageEnding({ becomes, level, tree, note }: ExplainedTriage): string {
  const found = becomes === null ? 'logged' : `${becomes.class}, ${becomes.severity}`;
  return `${found}, ${level} by ${tree}: ${note}`;
}
