import { Command, Option } from 'commander';
import { severitySchema } from '../../domain/primitives.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Api } from '../api.ts';
import { fitting } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { Meddler } from '../drill/meddle.ts';
import { runDrill } from '../drill/run-drill.ts';
import { drillLine, drillVerdict } from '../drill/narration.ts';
import { EXIT, Failure } from '../exit.ts';
import { homeOf } from '../installation.ts';
import { TAMPERINGS, type Tampering } from '../roots.ts';

interface Options {
  severity?: Severity;
  throwAway?: true;
  realTargets?: true;
  tamper?: Tampering;
}

export function drillCommand(cli: Cli): Command {
  return new Command('drill')
    .description('rehearse an incident of a class from report to close, and check the story')
    .argument('<class>', 'a class of the policy, such as attestation_failure')
    .option('--severity <severity>', 'else the default of the class', fitting(severitySchema))
    .option('--throw-away', 'in an installation of its own, even where one runs')
    .option('--real-targets', 'also where the targets are real services, which are then contained')
    .addOption(
      new Option('--tamper <how>', 'meddle with the practice host, and see it refused').choices(
        TAMPERINGS,
      ),
    )
    .addHelpText(
      'after',
      `
Where an installation runs, the drill is held there, and contains what its policy says. Where none runs, one
is brought up and removed again.`,
    )
    .action((incidentClass: string, options: Options) => drill(cli, incidentClass, options));
}

async function drill(cli: Cli, incidentClass: string, options: Options): Promise<void> {
  const running = options.throwAway === true ? null : await runningInstallation(cli, options);
  if (running !== null) {
    return rehearse(cli, running, homeOf(cli.io.env), incidentClass, options);
  }
  note(cli, 'No installation is used: bringing up one to throw away …');
  const place = await cli.roots.throwAway(cli.io.env);
  try {
    const passing = { ...options, throwAway: true } as const;
    await rehearse(cli, cli.apiAt(place), place.home, incidentClass, passing);
  } finally {
    await place.stop();
  }
}

async function runningInstallation(cli: Cli, options: Options): Promise<Api | null> {
  const api = cli.api();
  try {
    const { practice_range } = await api.health();
    if (practice_range || options.realTargets === true) return api;
    throw new Failure(EXIT.usage, 'real_targets', 'The targets of this installation are real', {
      next: 'rehearse with --throw-away, or say --real-targets where you mean it',
    });
  } catch (error) {
    if (error instanceof Failure && error.code === 'unreachable') return null;
    throw error;
  }
}

async function rehearse(
  cli: Cli,
  api: Api,
  home: string,
  incidentClass: string,
  options: Options,
): Promise<void> {
  note(cli, `Drill of ${incidentClass} at ${api.url}`);
  const { interrupted } = cli.io;
  const story = await runDrill(api, {
    incidentClass,
    severity: options.severity,
    subject: options.realTargets === true ? {} : await cli.roots.practiceHost.subject(home),
    meddler: meddlerOf(cli, home, options),
    interrupted,
    tell: (step) => {
      if (!cli.json()) cli.printLine(step, drillLine);
    },
  });
  cli.print(story, drillVerdict);
  if (story.problems.length === 0) return;
  const { id } = story.incident;
  throw new Failure(EXIT.failed, 'drill_failed', `The story of ${id} did not end as it should`, {
    next: options.throwAway === true ? '' : `see where it stands: cordon show ${id}`,
  });
}

function meddlerOf(cli: Cli, home: string, { tamper: how }: Options): Meddler | null {
  if (how === undefined) return null;
  const { practiceHost } = cli.roots;
  return {
    how,
    tamper: () => practiceHost.tamper(home, how),
    restore: () => practiceHost.restore(home),
  };
}

function note(cli: Cli, text: string): void {
  if (!cli.json()) cli.io.err(`${text}\n`);
}
