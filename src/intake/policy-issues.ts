import type { z } from 'zod';
import type { PolicyDocument } from './policy-document.ts';
import type { PolicyProblem } from './policy-error.ts';
import type { PolicyPart } from './policy-source.ts';

export interface Finding {
  path: PropertyKey[];
  reason: string;
}

export interface PartFinding extends Finding {
  part: PolicyPart;
}

/** What a schema's complaint says to somebody who has to find the place in a file. */
export function findingsIn(issue: z.core.$ZodIssue): Finding[] {
  const path = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], reason: 'is not known here' }));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path, reason: message }));
  }
  if (issue.code === 'invalid_union') {
    return nearest(issue.errors).map((found) => ({ ...found, path: [...path, ...found.path] }));
  }
  return [{ path, reason: issue.message }];
}

/** Of several shapes that something could have had, the one that it misses by least. */
function nearest(shapes: readonly z.core.$ZodIssue[][]): Finding[] {
  const candidates = shapes.map((issues) => issues.flatMap(findingsIn));
  const [best] = candidates.toSorted((a, b) => a.length - b.length);
  return best ?? [{ path: [], reason: 'has none of the known shapes' }];
}

/** At the line that is to be put right; what should be there and is not is missing there. */
export function problemAt(
  document: PolicyDocument,
  { path, reason }: Finding,
): Omit<PolicyProblem, 'file'> {
  const { line, found } = document.locate(path);
  const says = found ? reason : 'is missing';
  const where = written(path);
  return { line, reason: where === '' ? says : `${where}: ${says}` };
}

/** `rules.prompt_injection.actions[2]` */
function written(path: readonly PropertyKey[]): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}
