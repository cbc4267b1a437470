import { Command } from 'commander';
import type { Enrolment } from '../../domain/enrolment.ts';
import type { Cli } from '../cli.ts';
import type { Paint } from '../text/paint.ts';
import { tableWithHead, type Cell } from '../text/table.ts';
import { moment } from '../text/time.ts';

interface EnrolOptions {
  trustName?: string;
  replace?: true;
  note: string;
}

/** `enroll` and `hosts`: under which key a host proves itself, and who has approved it. */
export function hostCommands(cli: Cli): Command[] {
  return [
    new Command('enroll')
      .description('take on the attestation key of a host, whose word then no longer counts')
      .argument('<host>', 'as policy/attestation.yaml names it')
      .option('--trust-name <name>', 'trust the key with this Name, which you have compared')
      .option('--replace', 'also where another key of the host is in force')
      .option('--note <text>', 'kept with the enrolment', '')
      .addHelpText(
        'after',
        `
The key is believed if a pinned authority certifies the TPM, and the TPM proves that it holds the key. Where it has
no such certificate, compare the Name that is shown with the one on the host itself, and give it with --trust-name:
that you did so stands in every verdict.`,
      )
      .action((host: string, options: EnrolOptions) => enrol(cli, host, options)),
    new Command('hosts')
      .description('list the enrolled hosts, and how their keys came to be trusted')
      .action(async () => cli.print(await cli.roots.hosts.enrolments(cli.io.env), hostTable)),
  ];
}

async function enrol(cli: Cli, host: string, options: EnrolOptions): Promise<void> {
  const enrolment = await cli.roots.hosts.enrol(cli.io.env, {
    host,
    trustName: options.trustName ?? null,
    replace: options.replace === true,
    approvedBy: `account:${cli.io.account}`,
    note: options.note,
  });
  cli.print(enrolment, (safe, paint) =>
    [
      `${paint('bold', safe.host)} is enrolled, version ${safe.version}: ${trustOf(safe)}`,
      `Name ${safe.ak_name}`,
      `Next: cordon baseline capture ${safe.host} --name NAME`,
    ].join('\n'),
  );
}

function trustOf({ trust, ek_root, assurance }: Enrolment): string {
  const how =
    trust === 'ek-certificate'
      ? `its TPM is certified by ${ek_root}`
      : 'its key is trusted on first use';
  return `${how} (${assurance} assurance)`;
}

function hostTable(enrolments: readonly Enrolment[], paint: Paint): string {
  if (enrolments.length === 0) return 'No host is enrolled.';
  const rows = enrolments.map((e): Cell[] => [
    e.host,
    String(e.version),
    { text: e.trust, style: e.trust === 'ek-certificate' ? 'good' : 'warning' },
    e.assurance,
    e.ak_name.slice(0, 20),
    `${moment(e.enrolled_at)} by ${e.approved_by}`,
  ]);
  return tableWithHead(['host', 'version', 'trust', 'assurance', 'Name', 'approved'], rows, paint);
}
