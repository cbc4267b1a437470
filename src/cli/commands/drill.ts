import { Command, Option } from 'commander';
import { severitySchema } from '../../domain/primitives.ts';
import type { Subject } from '../../domain/report.ts';
import type { Severity } from '../../domain/severity.ts';
import type { Api } from '../api.ts';
import { fitting } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import type { Meddler } from '../drill/meddle.ts';
import { runDrill } from '../drill/run-drill.ts';
import { drillLine, drillVerdict } from '../drill/narration.ts';
import { addSuspect, secondPerson } from '../drill/second-person.ts';
import type { DrillStory } from '../drill/story.ts';
import { EXIT, Failure } from '../exit.ts';
import { homeOf } from '../installation.ts';
import type { Env } from '../io.ts';
import { TAMPERINGS, type Tampering } from '../roots.ts';

interface Options {
  severity?: Severity;
  throwAway?: true;
  realTargets?: true;
  tamper?: Tampering;
}

export function drillCommand(cli: Cli): Command {
  return new Command('drill')
    .description('rehearse a playbook, or a class, from report to close, and check the story')
    .argument('<name>', 'a playbook or a class of the policy, such as compromised_agent')
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
    .action((name: string, options: Options) => drill(cli, name, options));
}

async function drill(cli: Cli, name: string, options: Options): Promise<void> {
  const rehearsed = await rehearsedBy(cli, name);
  const running = options.throwAway === true ? null : await runningInstallation(cli, options);
  if (running !== null) {
    const { env } = cli.io;
    return rehearse(cli, running, { home: homeOf(env), env }, rehearsed, options);
  }
  note(cli, 'No installation is used: bringing up one to throw away …');
  const place = await cli.roots.throwAway(cli.io.env);
  try {
    const passing = { ...options, throwAway: true } as const;
    const { home } = place;
    const own = { home, env: { CORDON_HOME: home } };
    await rehearse(cli, cli.apiAt(place), own, rehearsed, passing);
  } finally {
    await place.stop();
  }
}

interface Rehearsed {
  incidentClass: string;
  /** As the playbook has it; null where none says. */
  subject: Subject | null;
}

/** A class stands for itself; a playbook is rehearsed by the first that it serves. */
async function rehearsedBy(cli: Cli, name: string): Promise<Rehearsed> {
  const playbooks = (await cli.roots.playbooks(cli.io.env)).map(({ playbook }) => playbook);
  const named =
    playbooks.find(({ serves }) => serves.includes(name)) ??
    playbooks.find(({ playbook }) => playbook === name);
  if (named === undefined) return { incidentClass: name, subject: null };
  const incidentClass = named.serves.includes(name) ? name : (named.serves[0] ?? name);
  return { incidentClass, subject: named.drill ?? null };
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

interface Place {
  home: string;
  env: Env;
}

async function rehearse(
  cli: Cli,
  api: Api,
  place: Place,
  rehearsed: Rehearsed,
  options: Options,
): Promise<void> {
  note(cli, `Drill of ${rehearsed.incidentClass} at ${api.url}`);
  const story = await play(cli, api, place, rehearsed, options);
  cli.print(story, drillVerdict);
  if (story.problems.length === 0) return;
  const { id } = story.incident;
  throw new Failure(EXIT.failed, 'drill_failed', `The story of ${id} did not end as it should`, {
    next: options.throwAway === true ? '' : `see where it stands: cordon show ${id}`,
  });
}

async function play(
  cli: Cli,
  api: Api,
  { home, env }: Place,
  { incidentClass, subject }: Rehearsed,
  options: Options,
): Promise<DrillStory> {
  const second = secondPerson(cli, env, api.url);
  const practised = async () => subject ?? (await cli.roots.practiceHost.subject(home));
  if (subject?.operator !== undefined) await addSuspect(cli, env, subject.operator);
  try {
    return await runDrill(api, {
      incidentClass,
      severity: options.severity,
      subject: options.realTargets === true ? {} : await practised(),
      meddler: meddlerOf(cli, home, options),
      second,
      interrupted: cli.io.interrupted,
      tell: (step) => {
        if (!cli.json()) cli.printLine(step, drillLine);
      },
    });
  } finally {
    await second.leave();
  }
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
