import { z } from 'zod';
import { containmentPolicySchema, policySchema, type Policy } from '../domain/policy.ts';
import { contradictions } from './policy-contradictions.ts';
import { readDocument } from './policy-document.ts';
import { PolicyError, type PolicyProblem } from './policy-error.ts';
import { findingsIn, written, type Finding } from './policy-issues.ts';
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

const policyFilesSchema = policySchema.extend({ containment: containmentFileSchema });

/** The policy that a source says, or `PolicyError` with every problem, each at its file and line. */
export function parsePolicy(source: PolicySource): Policy {
  const documents = eachPart((part) => readDocument(source[part].text));
  refuse(
    POLICY_PARTS.flatMap((part) =>
      documents[part].problems.map((problem) => ({ file: source[part].path, ...problem })),
    ),
  );

  const problem = (part: PolicyPart, { path, reason }: Finding): PolicyProblem => {
    const { line, found } = documents[part].locate(path);
    const says = found ? reason : 'is missing';
    const where = written(path);
    return { file: source[part].path, line, reason: where === '' ? says : `${where}: ${says}` };
  };
  const parsed = policyFilesSchema.safeParse({
    digest: digestOf(source),
    ...eachPart((part) => documents[part].value),
  });
  if (!parsed.success) {
    throw new PolicyError(
      parsed.error.issues.flatMap(({ path: [part, ...path], ...issue }) =>
        findingsIn({ ...issue, path }).map((finding) => problem(part as PolicyPart, finding)),
      ),
    );
  }
  refuse(
    contradictions(parsed.data, (part) => source[part].shipped).map(({ part, ...finding }) =>
      problem(part, finding),
    ),
  );
  return parsed.data;
}

function refuse(problems: PolicyProblem[]): void {
  if (problems.length > 0) throw new PolicyError(problems);
}
