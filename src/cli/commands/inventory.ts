import { Command } from 'commander';
import { blastRadiusOf } from '../../domain/blast-radius.ts';
import { type BlastRadius, type Inventory, REACHES } from '../../domain/inventory.ts';
import { subjectFieldSchema, subjectSchema } from '../../domain/report.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import { sha256Hex } from '../../evidence/digest.ts';
import { pair } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { counted } from '../text/counted.ts';
import type { Paint } from '../text/paint.ts';
import { table, tableWithHead, type Cell } from '../text/table.ts';

/** `inventory`: what runs, and what an incident about something can have reached. */
export function inventoryCommand(cli: Cli): Command {
  const inventory = new Command('inventory').description(
    'show what runs and what it can reach, check it, find the blast radius of something',
  );
  const read = (file: string | null) => cli.roots.readInventory(cli.io.env, file);
  inventory
    .command('show')
    .description('list the agents with what they reach')
    .action(async () => cli.print(await read(null), agentTable));
  inventory
    .command('check')
    .description('read it whole, and say what is wrong with it and where')
    .argument('[file]', 'a file in the place of what CORDON_INVENTORY names')
    .action(async (file?: string) =>
      cli.print(await read(file ?? null), ({ agents }) => {
        return `The inventory is valid: ${counted(Object.keys(agents).length, 'agent')}.`;
      }),
    );
  inventory
    .command('reach')
    .description('what an incident about this subject can have reached')
    .argument('<field=value...>', `one of ${subjectFieldSchema.options.join(', ')}`)
    .action((fields: string[]) => reach(cli, fields));
  return inventory;
}

async function reach(cli: Cli, fields: readonly string[]): Promise<void> {
  const given = fields.reduce((earlier, text) => pair(text, earlier), {});
  const subject = subjectSchema.safeParse(given);
  if (!subject.success) {
    const known = subjectFieldSchema.options.join(', ');
    throw new Failure(EXIT.usage, 'invalid_subject', `a subject has the fields ${known}`);
  }
  const inventory = await cli.roots.readInventory(cli.io.env, null);
  const digest = sha256Hex(canonicalJson(inventory));
  cli.print(blastRadiusOf(inventory, subject.data, digest), reachTable);
}

function agentTable({ agents }: Inventory, paint: Paint): string {
  const rows = Object.entries(agents).map(([name, agent]): Cell[] => [
    { text: name, style: 'bold' },
    agent.host ?? '',
    agent.container ?? '',
    counted(agent.secrets.length, 'secret'),
    agent.state.join(', '),
    agent.consumers.join(', '),
  ]);
  if (rows.length === 0) return 'No agent is in the inventory.';
  return tableWithHead(['agent', 'host', 'container', 'reads', 'writes', 'consumers'], rows, paint);
}

function reachTable({ reaches, left_out }: BlastRadius, paint: Paint): string {
  const rows = REACHES.flatMap((kind) => {
    const more = left_out[kind];
    const listed = reaches[kind].map((subject) => Object.values(subject).join('/'));
    const all = more === undefined ? listed : [...listed, `and ${more} more`];
    return all.map((text, at): Cell[] => [{ text: at === 0 ? kind : '', style: 'dim' }, text]);
  });
  return rows.length === 0 ? 'Nothing is reached.' : table(rows, paint);
}
