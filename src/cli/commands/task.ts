import { randomUUID } from 'node:crypto';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import type { Checklist, ListedTask } from '../../domain/checklist.ts';
import { nameSchema, sha256Schema } from '../../domain/primitives.ts';
import { fitting, incidentId } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { readInput } from '../input.ts';
import { mediaTypeOf } from '../media-type.ts';
import { resultOf } from '../task-result.ts';
import type { TaskDone } from '../tasks-api.ts';
import { checklistScreen, taskScreen } from '../text/task-screen.ts';

export const playbookName = fitting(nameSchema);
const person = fitting(z.string().min(1).max(128));

interface DoneOptions {
  result: [string, string][];
  evidence: string[];
  note: string;
}

/** What a playbook leaves to people: listed, shown, assigned and done. */
export function taskCommands(cli: Cli): Command[] {
  const tasks = new Command('tasks')
    .description('list the tasks of an incident, its open decisions and its checks')
    .argument('<id>', 'the incident', incidentId)
    .action(async (id: string) => show(cli, await cli.api().tasks.list(id)));
  const task = new Command('task').description('show, assign and do the tasks of an incident');
  const about = (name: string, description: string) =>
    task
      .command(name)
      .description(description)
      .argument('<id>', 'the incident', incidentId)
      .argument('<task>', 'as `cordon tasks` names it', playbookName);
  about('show', 'show one task: what it asks for, and what was found').action(
    async (id: string, name: string) => {
      const found = taskIn(await cli.api().tasks.list(id), name);
      cli.print(found, taskScreen);
    },
  );
  about('assign', 'say who is to do a task')
    .argument('<person>', 'as `cordon principal list` shows it', person)
    .action(async (id: string, name: string, to: string) =>
      show(cli, await cli.api().tasks.assign(id, name, to, randomUUID())),
    );
  about('done', 'a task is done: what it has come to')
    .option('--result <name=value...>', 'what was found; a list is given one by one', pairs, [])
    .option('--evidence <file...>', 'attached: a file, or sha256:DIGEST of what is kept', [])
    .option('--note <text>', 'kept with it', '')
    .action((id: string, name: string, options: DoneOptions) => complete(cli, id, name, options));
  return [tasks, task];
}

/** The result is read by what the task asks for. */
async function complete(cli: Cli, id: string, name: string, given: DoneOptions): Promise<void> {
  const api = cli.api().tasks;
  const { result_schema } = taskIn(await api.list(id), name);
  const result = resultOf(result_schema, given.result);
  const evidence = await Promise.all(given.evidence.map((file) => attachment(cli, file)));
  show(cli, await api.complete(id, name, { result, evidence, note: given.note }, randomUUID()));
}

async function attachment(cli: Cli, file: string): Promise<TaskDone['evidence'][number]> {
  const digest = sha256Schema.safeParse(/^sha256:(.*)$/.exec(file)?.[1]);
  if (digest.success) return { sha256: digest.data };
  const bytes = await readInput(cli.io, file);
  return { media_type: mediaTypeOf(file), base64: Buffer.from(bytes).toString('base64') };
}

function taskIn({ incident_id, tasks }: Checklist, name: string): ListedTask {
  const found = tasks.find(({ task }) => task === name);
  if (found !== undefined) return found;
  const message = `${incident_id} has no task ${name} as things stand`;
  throw new Failure(EXIT.refused, 'unknown_task', message, { next: `cordon tasks ${incident_id}` });
}

function show(cli: Cli, list: Checklist): void {
  cli.print(list, (safe, paint) => checklistScreen(safe, cli.io.now(), paint));
}

/** One `name=value` more; a name may come again. */
function pairs(text: string, earlier: [string, string][]): [string, string][] {
  const at = text.indexOf('=');
  if (at > 0) return [...earlier, [text.slice(0, at), text.slice(at + 1)]];
  throw new InvalidArgumentError('must be name=value');
}
