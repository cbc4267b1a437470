import type { AlertFormatName } from '../domain/alert.ts';
import { detectorRulesSchema, type DetectorRules } from '../domain/detector-rules.ts';
import { once } from '../domain/once.ts';
import type { Policy } from '../domain/policy.ts';
import { findingsInRules } from './mapping/compile-rules.ts';
import { readDocument, type PolicyDocument } from './policy-document.ts';
import type { PolicyProblem } from './policy-error.ts';
import { findingsIn, problemAt, type Finding } from './policy-issues.ts';
import { remembering } from './remembering.ts';
import { detectorFiles, type PolicyFile, type PolicySource } from './policy-source.ts';

/** All that is wrong with the rules for alerts that an operator wrote, by file and line. */
export function problemsInDetectors(source: PolicySource): PolicyProblem[] {
  return detectorFiles(source).flatMap(([format, file]) => {
    if (file.shipped) return [];
    return readRules(format, file).problems.map((problem) => ({ file: file.path, ...problem }));
  });
}

/** The rules of each format, also those about classes that there are not. */
export function rulesAsWritten(source: PolicySource): Policy['detectors'] {
  const all = detectorFiles(source).flatMap(([format, file]) => {
    const { rules } = readRules(format, file);
    return rules === undefined ? [] : [[format, rules] as const];
  });
  return Object.fromEntries(all);
}

/**
 * Rules about classes and trees that there are not. A default of ours that stands in for what the operator did not write
 * may speak of such; there it is without effect.
 */
export function danglingRules(
  { containment, triage }: Pick<Policy, 'containment' | 'triage'>,
  source: PolicySource,
): PolicyProblem[] {
  return detectorFiles(source).flatMap(([format, file]) => {
    if (file.shipped) return [];
    const { document, rules } = readRules(format, file);
    const findings = (rules?.rules ?? []).flatMap(({ class: name, triage: tree }, index) => [
      ...(Object.hasOwn(containment.rules, name) ? [] : [noSuchClass(index, name)]),
      ...(tree === undefined || Object.hasOwn(triage.trees, tree) ? [] : [noSuchTree(index, tree)]),
    ]);
    return findings.map((finding) => ({ file: file.path, ...lineOf(document, finding) }));
  });
}

function noSuchClass(index: number, name: string): Finding {
  const reason = `incident-containment.yaml has no rule for ${name}`;
  return { path: ['rules', index, 'class'], reason };
}

function noSuchTree(index: number, name: string): Finding {
  return { path: ['rules', index, 'triage'], reason: `triage.yaml has no tree ${name}` };
}

/**
 * The rules of each format, without those about classes that there are not. Ours are read when somebody first asks for
 * them: to read all of them would take every start of a process a second.
 */
export function rulesInForce(
  { containment }: Pick<Policy, 'containment'>,
  source: PolicySource,
): Policy['detectors'] {
  const hasClass = (rule: DetectorRules['rules'][number]) =>
    Object.hasOwn(containment.rules, rule.class);
  const detectors: Policy['detectors'] = {};
  for (const [format, file] of detectorFiles(source)) {
    const get = once(() => {
      const { rules } = readRules(format, file);
      if (rules === undefined) throw new TypeError(`${file.path} is not valid`);
      const isWhole = rules.rules.every(hasClass);
      return isWhole ? rules : { ...rules, rules: rules.rules.filter(hasClass) };
    });
    Object.defineProperty(detectors, format, { enumerable: true, get });
  }
  return detectors;
}

interface ReadRules {
  format: AlertFormatName;
  document: PolicyDocument;
  rules?: DetectorRules;
  problems: Omit<PolicyProblem, 'file'>[];
}

/** The files of a policy, of the one before it, and of one that is being checked. */
const MOST_KEPT = 64;

/** A text that has been read before gives the very same rules, compiled as they are. */
const readRules = remembering(
  MOST_KEPT,
  (format: AlertFormatName, { text }: PolicyFile) => `${format}\n${text}`,
  readAnew,
);

function readAnew(format: AlertFormatName, { text }: PolicyFile): ReadRules {
  const document = readDocument(text);
  if (document.problems.length > 0) return { format, document, problems: document.problems };
  const parsed = detectorRulesSchema.safeParse(document.value);
  const findings = parsed.success
    ? [...contradictions(format, parsed.data), ...findingsInRules(parsed.data)]
    : parsed.error.issues.flatMap(findingsIn);
  const problems = findings.map((finding) => lineOf(document, finding));
  const read = { format, document, problems };
  return parsed.success ? { ...read, rules: parsed.data } : read;
}

/** What the schema cannot see: names that are not the file's, that are there twice, or that nothing has. */
function contradictions(format: AlertFormatName, said: DetectorRules): Finding[] {
  const names = said.rules.map(({ name }) => name);
  const misnamed = { path: ['format'], reason: `the file is named ${format}.yaml` };
  return [
    ...(said.format === format ? [] : [misnamed]),
    ...names.flatMap((name, index) =>
      names.indexOf(name) === index
        ? []
        : { path: ['rules', index, 'name'], reason: `another rule is named ${name}` },
    ),
    ...said.samples.flatMap(({ falls_under: under }, sample) =>
      under.flatMap((name, index) =>
        name === '' || names.includes(name)
          ? []
          : { path: ['samples', sample, 'falls_under', index], reason: `no rule is named ${name}` },
      ),
    ),
  ];
}

function lineOf(document: PolicyDocument, { path, reason }: Finding): Omit<PolicyProblem, 'file'> {
  return problemAt(document, { path: asWritten(path, document), reason });
}

/** A list of one may be written without the list. */
function asWritten(path: PropertyKey[], document: PolicyDocument): PropertyKey[] {
  const isIndex = typeof path.at(-1) === 'number';
  const shorter = path.slice(0, -1);
  if (!isIndex || document.locate(path).found || !document.locate(shorter).found) return path;
  return shorter;
}
