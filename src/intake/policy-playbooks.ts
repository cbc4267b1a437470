import { isAtOnce } from '../domain/plan-playbook.ts';
import { playbookSchema, type Playbook } from '../domain/playbook.ts';
import type { Policy } from '../domain/policy.ts';
import { sha256Hex } from '../evidence/digest.ts';
import { contradictionsAround, contradictionsIn } from './playbook-contradictions.ts';
import { readDocument, type PolicyDocument } from './policy-document.ts';
import type { PolicyProblem } from './policy-error.ts';
import { findingsIn, problemAt, type Finding } from './policy-issues.ts';
import type { PolicyFile, PolicySource } from './policy-source.ts';
import { remembering } from './remembering.ts';

type Around = Pick<Policy, 'containment' | 'targets' | 'baseline'>;

/** All that is wrong with the playbooks themselves, by file and line. */
export function problemsInPlaybooks(source: PolicySource): PolicyProblem[] {
  return Object.entries(source.playbooks).flatMap(([name, file]) =>
    readPlaybook(name, file).problems.map((problem) => ({ file: file.path, ...problem })),
  );
}

/**
 * What is wrong with the playbooks beside the other files. A default of ours may be about actions that the operator's
 * files do not have; there it is without effect.
 */
export function misfitPlaybooks(source: PolicySource, policy: Around): PolicyProblem[] {
  const taken = new Map<string, string>();
  return Object.entries(source.playbooks).flatMap(([name, file]) => {
    const { document, playbook } = readPlaybook(name, file);
    if (playbook === undefined || (file.shipped && !fits(playbook, policy))) return [];
    const findings = [...contradictionsAround(playbook, policy), ...servedTwice(playbook, taken)];
    return findings.map((finding) => ({ file: file.path, ...problemAt(document, finding) }));
  });
}

/** The playbooks that can be run as the other files are. */
export function playbooksInForce(source: PolicySource, policy: Around): Policy['playbooks'] {
  const inForce = Object.entries(source.playbooks).flatMap(([name, file]) => {
    const { playbook } = readPlaybook(name, file);
    if (playbook === undefined || !fits(playbook, policy)) return [];
    return [[name, { digest: sha256Hex(file.text), ...playbook }] as const];
  });
  return Object.fromEntries(inForce);
}

/** One playbook as it is written, and what of the other files keeps it from being run. */
export interface PlaybookStanding {
  file: string;
  digest: string;
  playbook: Playbook;
  /** Empty where it is in force. */
  problems: PolicyProblem[];
}

/** Every playbook of a source that is in order by itself. */
export function standingsOf(source: PolicySource, policy: Around): PlaybookStanding[] {
  return Object.entries(source.playbooks).flatMap(([name, file]) => {
    const { document, playbook } = readPlaybook(name, file);
    if (playbook === undefined) return [];
    const findings = contradictionsAround(playbook, policy);
    const problems = findings.map((finding) => ({
      file: file.path,
      ...problemAt(document, finding),
    }));
    return [{ file: file.path, digest: sha256Hex(file.text), playbook, problems }];
  });
}

/** The rules of the classes, those that only a playbook knows among them: its first steps are their actions. */
export function rulesWith(
  playbooks: Policy['playbooks'],
  { rules }: Policy['containment'],
): Policy['containment']['rules'] {
  const added = Object.values(playbooks).flatMap(({ rule, serves, steps, title }) => {
    if (rule === undefined) return [];
    const { auto_contain, default_severity } = rule;
    const actions = [...new Set(steps.filter(isAtOnce).map(({ action }) => action))];
    const answer = { description: title, auto_contain, actions, default_severity };
    return serves.map((served) => [served, answer] as const);
  });
  return { ...rules, ...Object.fromEntries(added) };
}

/** The rules without those that a playbook has added: what `rulesWith` was given. */
export function rulesWithout(
  playbooks: Policy['playbooks'],
  { rules }: Policy['containment'],
): Policy['containment']['rules'] {
  const added = Object.values(playbooks).flatMap(({ rule, serves }) => (rule ? serves : []));
  return Object.fromEntries(Object.entries(rules).filter(([name]) => !added.includes(name)));
}

function fits(playbook: Playbook, policy: Around): boolean {
  return contradictionsAround(playbook, policy).length === 0;
}

function servedTwice({ playbook, serves }: Playbook, taken: Map<string, string>): Finding[] {
  return serves.flatMap((served, at) => {
    const other = taken.get(served);
    if (other === undefined) taken.set(served, playbook);
    return other === undefined
      ? []
      : [{ path: ['serves', at], reason: `${other} serves ${served}` }];
  });
}

interface ReadPlaybook {
  document: PolicyDocument;
  playbook?: Playbook;
  problems: Omit<PolicyProblem, 'file'>[];
}

/** Those of a policy, of the one before it, and of one that is being checked. */
const MOST_KEPT = 256;

/** A text that has been read before gives the very same playbook. */
const readPlaybook = remembering(
  MOST_KEPT,
  (name: string, { text }: PolicyFile) => `${name}\n${text}`,
  readAnew,
);

function readAnew(name: string, { text }: PolicyFile): ReadPlaybook {
  const document = readDocument(text);
  if (document.problems.length > 0) return { document, problems: document.problems };
  const parsed = playbookSchema.safeParse(document.value);
  const findings = parsed.success
    ? contradictionsIn(parsed.data, name)
    : parsed.error.issues.flatMap(findingsIn);
  const problems = findings.map((finding) => problemAt(document, finding));
  return { document, problems, ...(parsed.success && { playbook: parsed.data }) };
}
