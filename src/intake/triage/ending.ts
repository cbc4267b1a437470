import type { Policy } from '../../domain/policy.ts';
import { type Level, levelOf, severityOf, type TriageMark } from '../../domain/triage.ts';
import type { Match } from '../mapping/match-alert.ts';
import type { Walk } from './walk-tree.ts';

/** What a way through a tree comes to. `as`: what replaces what the alert's own rule says. */
export type Ending = { mark: TriageMark; note: string } & (
  { ends: 'logged' } | { ends: 'opened'; as: Pick<Match, 'class' | 'severity'> & { rule?: string } }
);

/** A leaf about a class that there is no rule for is without effect. */
export function endingOf(
  { containment }: Pick<Policy, 'containment'>,
  tree: string,
  match: Pick<Match, 'class' | 'severity'>,
  { leaf, path }: Pick<Walk, 'leaf' | 'path'>,
): Ending {
  const { note } = leaf;
  const answers = path.map(({ question, answer }) => ({ question, answer }));
  const marked = (level: Level) => ({ tree, path: answers, level });
  if ('log' in leaf) return { ends: 'logged', mark: marked(leaf.level), note };
  const found = match.severity ?? containment.rules[match.class]?.default_severity ?? 'critical';
  if ('keep' in leaf || !Object.hasOwn(containment.rules, leaf.class)) {
    return { ends: 'opened', as: match, mark: marked(levelOf(found)), note };
  }
  const severity = leaf.severity ?? (leaf.level === undefined ? found : severityOf(leaf.level));
  const { playbook } = leaf;
  const mark = {
    ...marked(leaf.level ?? levelOf(severity)),
    ...(playbook === undefined ? {} : { playbook }),
  };
  return { ends: 'opened', as: { class: leaf.class, severity, rule: tree }, mark, note };
}
