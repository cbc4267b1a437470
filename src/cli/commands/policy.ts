import { Command } from 'commander';
import { checkPolicyFile } from '../../intake/policy-files.ts';
import { PolicyError, type PolicyProblem } from '../../intake/policy-error.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';

export function policyCommand(cli: Cli): Command {
  const policy = new Command('policy').description('check policy files, and put them in force');
  policy
    .command('check')
    .description('validate a policy file with its siblings, without putting it in force')
    .argument('<file>', 'one of the YAML files of a policy directory')
    .action((file: string) => check(cli, file));
  policy
    .command('reload')
    .description('have the server read its policy files anew; an invalid policy is refused whole')
    .action(async () => cli.print(await cli.api().reloadPolicy(), () => 'The policy is in force.'));
  return policy;
}

async function check(cli: Cli, file: string): Promise<void> {
  const problems = await problemsOf(file);
  const valid = problems.length === 0;
  cli.print({ file, valid, problems }, (safe) =>
    safe.valid ? `${safe.file} is valid.` : safe.problems.map(line).join('\n'),
  );
  if (valid) return;
  throw new Failure(EXIT.failed, 'invalid_policy', `${file} is not a valid policy`, {
    next: 'put right what stands above; a policy that is in force stays as it is',
  });
}

async function problemsOf(file: string): Promise<readonly PolicyProblem[]> {
  try {
    await checkPolicyFile(file);
    return [];
  } catch (error) {
    if (error instanceof PolicyError) return error.problems;
    throw error;
  }
}

/** `policy/escalation.yaml:7: reason`, the form that editors jump to. */
function line({ file, line: number, reason }: PolicyProblem): string {
  return number === 0 ? `${file}: ${reason}` : `${file}:${number}: ${reason}`;
}
