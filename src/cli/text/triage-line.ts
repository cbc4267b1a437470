import type { TriageMark } from '../../domain/triage.ts';

/** `P1 by extension_runtime: quarantined no, kind policy_denial, burst yes; playbook burst-denial`. */
export function triageLine({ tree, path, level, playbook }: TriageMark): string {
  const answers = path.map(({ question, answer }) => `${question} ${answer}`).join(', ');
  const why = answers === '' ? '' : `: ${answers}`;
  return `${level} by ${tree}${why}${playbook === undefined ? '' : `; playbook ${playbook}`}`;
}
