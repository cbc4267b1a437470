import { Command, Option } from 'commander';
import { ALERT_FORMATS, type AlertFormatName } from '../../domain/alert.ts';
import { ROLES, type Principal, type Role } from '../../domain/principal.ts';
import type { ShownPrincipal } from '../../intake/principals.ts';
import type { Cli } from '../cli.ts';
import { withPrincipals } from '../with-principals.ts';
import type { Paint } from '../text/paint.ts';
import { tableWithHead, type Cell } from '../text/table.ts';
import { moment } from '../text/time.ts';

interface AddOptions {
  kind: Principal['kind'];
  role: Role[];
  source: string;
  class: string[];
  format: AlertFormatName[];
}

export function principalCommand(cli: Cli): Command {
  const principal = new Command('principal').description(
    'manage who may call, in the ledger of this machine',
  );
  principal
    .command('add')
    .description('add a person, a reporter or a service; its token is shown this once')
    .argument('<name>', 'lower case, such as alice or edr-2')
    .addOption(
      new Option('--kind <kind>').choices(['person', 'reporter', 'service']).default('person'),
    )
    .addOption(new Option('--role <role...>', 'what it may do').choices(ROLES).default([]))
    .option('--source <source>', 'the one source that a reporter speaks for', '')
    .option(
      '--class <class...>',
      'the classes that a reporter may report; any where none is given',
      [],
    )
    .addOption(
      new Option(
        '--format <format...>',
        'the formats in which a reporter may send alerts; any where none is given',
      )
        .choices(ALERT_FORMATS)
        .default([]),
    )
    .action((name: string, options: AddOptions) => add(cli, name, options));
  principal
    .command('list')
    .description('list principals and their roles')
    .action(async () =>
      cli.print(await withPrincipals(cli, cli.io.env, (p) => p.list()), principalTable),
    );
  principal
    .command('revoke')
    .description('refuse the token of a principal from now on')
    .argument('<name>', 'as `cordon principal list` shows it')
    .action(async (name: string) => {
      await withPrincipals(cli, cli.io.env, (p) => p.revoke(name, actor(cli)));
      cli.print({ name, revoked: true }, (safe) => `${safe.name} may do nothing from now on.`);
    });
  principal
    .command('restore')
    .description('let a revoked principal act again, by a new token that is shown this once')
    .argument('<name>', 'as `cordon principal list` shows it')
    .action(async (name: string) =>
      cli.print(
        await withPrincipals(cli, cli.io.env, (p) => p.restore(name, actor(cli))),
        ({ token }) => token,
      ),
    );
  return principal;
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<void> {
  const { kind, source } = options;
  const roles: Role[] =
    options.role.length === 0 && kind === 'reporter' ? ['report'] : options.role;
  const wanted = { name, kind, roles, source, classes: options.class, formats: options.format };
  const added = await withPrincipals(cli, cli.io.env, (principals) =>
    principals.add(wanted, actor(cli)),
  );
  // The token alone on standard output, so that it can be sent to a file of mode 0600.
  cli.print(added, ({ token }) => token);
  if (!cli.json()) cli.io.err(`${name} was added. The token is not shown again.\n`);
}

function actor(cli: Cli): string {
  return `account:${cli.io.account}`;
}

function principalTable(principals: readonly ShownPrincipal[], paint: Paint): string {
  const rows = principals.map((p): Cell[] => [
    p.name,
    p.kind,
    p.roles.join(' '),
    p.source,
    p.classes.join(' '),
    p.formats.join(' '),
    p.revoked_at === '' ? '' : { text: `revoked ${moment(p.revoked_at)}`, style: 'bad' },
  ]);
  return tableWithHead(['name', 'kind', 'roles', 'source', 'classes', 'formats', ''], rows, paint);
}
