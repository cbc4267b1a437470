import { Command } from 'commander';
import type { BaselineReport, CheckResult } from '../../domain/baseline-check.ts';
import { nameSchema } from '../../domain/primitives.ts';
import { fitting, incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { counted } from '../text/counted.ts';
import type { Paint, Style } from '../text/paint.ts';
import { tableWithHead, type Cell } from '../text/table.ts';

interface Options {
  incident?: string;
}

const name = fitting(nameSchema);

/** One or several. */
function names(text: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), name(text)];
}

export function baselineCheckCommand(cli: Cli): Command {
  return new Command('check')
    .description('compare the running state with the known-good one; unknown is no pass')
    .argument('[checks...]', 'by name; without, every check of policy/baseline.yaml', names)
    .option('--incident <id>', 'about its subject, and since its containment', incidentId)
    .action((checks: string[], options: Options) => check(cli, checks, options));
}

async function check(cli: Cli, checks: string[], { incident }: Options): Promise<void> {
  const report = await cli.api().checkBaseline({
    ...(incident !== undefined && { incident_id: incident }),
    ...(checks.length > 0 && { checks }),
  });
  cli.print(report, reportTable);
  if (report.verdict === 'pass') return;
  const unmet = report.results.filter(({ verdict }) => verdict !== 'pass').length;
  const message = `${counted(unmet, 'check')} did not pass`;
  throw new Failure(EXIT.failed, 'baseline_not_met', message, {
    next: 'restore what differs; where a check is unknown, see that what it asks can be reached',
  });
}

const STYLES = { pass: 'good', fail: 'bad', unknown: 'warning' } as const satisfies Record<
  CheckResult['verdict'],
  Style
>;

function reportTable({ results }: BaselineReport, paint: Paint): string {
  if (results.length === 0) return 'The policy has no checks: see policy/baseline.yaml.';
  const rows = results.map(({ check: of, verdict, detail }): Cell[] => [
    of,
    { text: verdict, style: STYLES[verdict] },
    detail,
  ]);
  return tableWithHead(['check', 'verdict', 'what was compared'], rows, paint);
}
