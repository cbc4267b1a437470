import { checkPolicyFile } from '../intake/policy-files.ts';
import { PolicyError, type PolicyProblem } from '../intake/policy-error.ts';
import type { Cli } from './cli.ts';
import { EXIT, Failure } from './exit.ts';

/** Says what is wrong with one file beside its siblings, and fails where there is anything. */
export async function checkFile(
  cli: Cli,
  file: string,
  what: 'policy' | 'playbook',
): Promise<void> {
  const problems = await problemsOf(file, what);
  const valid = problems.length === 0;
  cli.print({ file, valid, problems }, (safe) =>
    safe.valid ? `${safe.file} is valid.` : safe.problems.map(problemLine).join('\n'),
  );
  if (valid) return;
  throw new Failure(EXIT.failed, `invalid_${what}`, `${file} is not a valid ${what}`, {
    next: 'put right what stands above; a policy that is in force stays as it is',
  });
}

async function problemsOf(
  file: string,
  what: 'policy' | 'playbook',
): Promise<readonly PolicyProblem[]> {
  try {
    const { part } = await checkPolicyFile(file);
    if (what === 'policy' || part.startsWith('playbooks/')) return [];
    return [{ file, line: 0, reason: 'is another file of the policy, and no playbook' }];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
}

/** `policy/escalation.yaml:7: reason`, the form that editors jump to. */
export function problemLine({ file, line, reason }: PolicyProblem): string {
  return line === 0 ? `${file}: ${reason}` : `${file}:${line}: ${reason}`;
}
