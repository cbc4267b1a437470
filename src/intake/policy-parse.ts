import { z } from 'zod';
import { containmentPolicySchema, policySchema, type Policy } from '../domain/policy.ts';
import { contradictions } from './policy-contradictions.ts';
import { danglingRules, problemsInDetectors, rulesInForce } from './policy-detectors.ts';
import {
  misfitPlaybooks,
  playbooksInForce,
  problemsInPlaybooks,
  rulesWith,
} from './policy-playbooks.ts';
import { readDocument, type PolicyDocument } from './policy-document.ts';
import { PolicyError, type PolicyProblem } from './policy-error.ts';
import { findingsIn, problemAt, type PartFinding } from './policy-issues.ts';
import {
  digestOf,
  eachPart,
  POLICY_PARTS,
  type PolicyPart,
  type PolicySource,
} from './policy-source.ts';

/** SecAI_OS lists its webhooks beside the rules, without secrets; such a list is read as long as it is empty. */
const containmentFileSchema = containmentPolicySchema
  .extend({
    alerting: z
      .strictObject({
        webhooks: z.array(z.json()).max(0, 'webhooks are signed: list them in notifications.yaml'),
      })
      .optional(),
  })
  .transform(({ version, rules }) => ({ version, rules }));

const policyFilesSchema = policySchema
  .omit({ detectors: true, playbooks: true })
  .extend({ containment: containmentFileSchema });

/** The policy that a source says, or `PolicyError` with every problem, each at its file and line. */
export function parsePolicy(source: PolicySource): Policy {
  const documents = eachPart((part) => readDocument(source[part].text));
  const place = (finding: PartFinding) => placed(finding, source, documents);

  refuse([
    ...unreadable(source, documents),
    ...problemsInDetectors(source),
    ...problemsInPlaybooks(source),
  ]);
  const values = eachPart((part) => documents[part].value);
  const parsed = policyFilesSchema.safeParse({ digest: digestOf(source), ...values });
  if (!parsed.success) throw new PolicyError(misshapen(parsed.error.issues).map(place));
  const isDefault = ({ part, path }: PartFinding) =>
    source[part].shipped || !documents[part].locate(path).found;
  const playbooks = playbooksInForce(source, parsed.data);
  const containment = {
    ...parsed.data.containment,
    rules: rulesWith(playbooks, parsed.data.containment),
  };
  const ruled = { ...parsed.data, containment };
  const policy = { ...ruled, playbooks, detectors: rulesInForce(ruled, source) };
  refuse([
    ...misfitPlaybooks(source, parsed.data),
    ...contradictions(policy, isDefault).map(place),
    ...danglingRules(policy, source),
  ]);
  return policy;
}

type Documents = Record<PolicyPart, PolicyDocument>;

function unreadable(source: PolicySource, documents: Documents): PolicyProblem[] {
  return POLICY_PARTS.flatMap((part) =>
    documents[part].problems.map((problem) => ({ file: source[part].path, ...problem })),
  );
}

function misshapen(issues: readonly z.core.$ZodIssue[]): PartFinding[] {
  return POLICY_PARTS.flatMap((part) =>
    issues
      .filter(({ path }) => path[0] === part)
      .flatMap((issue) => findingsIn({ ...issue, path: issue.path.slice(1) }))
      .map((finding) => ({ part, ...finding })),
  );
}

function placed(
  { part, ...finding }: PartFinding,
  source: PolicySource,
  documents: Documents,
): PolicyProblem {
  return { file: source[part].path, ...problemAt(documents[part], finding) };
}

function refuse(problems: PolicyProblem[]): void {
  if (problems.length > 0) throw new PolicyError(problems);
}
