import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule, TestRunEndReason, Vitest } from 'vitest/node';
import { type Counts, countsOf } from './counts.ts';
import type { Missing } from './missing.ts';
import { slowestOf } from './slowest.ts';

/** Ends a run with its slowest files, what could not run here and why, then one line of counts, which CI reads. */
export default class ClosingReport implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    const counts = countsOf(modules, errors.length);
    const missing = missingOf(this.vitest?.projects ?? []);
    const incomplete = process.env['CORDON_REQUIRE'] === 'all' && isWanting(modules);
    if (counts.failed > 0 || incomplete || reason !== 'passed') process.exitCode = 1;
    const told = [...slowest(modules), ...tableOf(missing), ...demand(incomplete)];
    const text = [...told, lineOf(counts), ''].join('\n');
    // Written when nothing else can be any more: the tests' servers are still to be stopped, and may speak.
    process.once('exit', () => writeSync(process.stdout.fd, text));
  }
}

/** Whether anything was skipped beside what the run is told to do without: kinds of tests, in CORDON_SPARE. */
function isWanting(modules: readonly TestModule[]): boolean {
  const spared = (process.env['CORDON_SPARE'] ?? '').split(',');
  return (
    countsOf(
      modules.filter(({ project }) => !spared.includes(project.name)),
      0,
    ).skipped > 0
  );
}

type Providing = Vitest['projects'][number];

/** Each thing once, with the projects that wait for it. */
function missingOf(projects: readonly Providing[]): (Missing & { projects: string[] })[] {
  const found = new Map<string, Missing & { projects: string[] }>();
  for (const project of projects) {
    const { missing } = project.getProvidedContext();
    if (!missing) continue;
    const others = found.get(missing.what)?.projects ?? [];
    found.set(missing.what, { ...missing, projects: [...others, project.name] });
  }
  return [...found.values()];
}

function slowest(modules: readonly TestModule[]): string[] {
  return ['', 'The slowest files:', '', ...slowestOf(modules), ''];
}

function tableOf(missing: readonly (Missing & { projects: string[] })[]): string[] {
  if (missing.length === 0) return [];
  const rows = missing.flatMap(({ what, why, remedy, projects }) => [
    `  ${projects.join(', ')} tests need ${what}`,
    `    why      ${why}`,
    `    install  ${remedy}`,
  ]);
  return ['', 'What this machine could not run:', '', ...rows, ''];
}

function demand(incomplete: boolean): string[] {
  return incomplete ? ['CORDON_REQUIRE=all: a skipped test is a failure.', ''] : [];
}

function lineOf({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
