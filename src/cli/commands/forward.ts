import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { type AlertFormatName, alertFormatSchema } from '../../domain/alert.ts';
import { byteCount, fitting } from '../arguments.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import { homeOf, installation } from '../installation.ts';
import type { ForwardRequest, ForwardStatus } from '../roots.ts';
import { counted } from '../text/counted.ts';
import type { Paint } from '../text/paint.ts';
import { type Cell, table } from '../text/table.ts';
import { duration, moment } from '../text/time.ts';

const DEFAULT_LIMIT = 2 ** 30;
/** A segment is an eighth of the limit, and holds the largest alert. */
const byteLimit = byteCount(16 * 2 ** 20);

interface ForwardOptions {
  to?: string;
  detector?: AlertFormatName;
  file?: string[];
  stdin?: true;
  socket?: string;
  name?: string;
  spool?: string;
  spoolLimit?: number;
  gzip?: true;
  status?: true;
}

/** `forward`: what a detector writes is spooled at once and delivered when Cordon can be reached. */
export function forwardCommand(cli: Cli): Command {
  return new Command('forward')
    .description('forward what a detector writes, spooled on disk until Cordon has taken it')
    .option('--to <url>', 'the installation, instead of --url')
    .option('--detector <format>', 'in which format it writes', fitting(alertFormatSchema))
    .option('--file <path>', 'a log file, through its rotations; repeatable', collected)
    .option('--stdin', 'the lines of standard input')
    .option('--socket <path>', 'any POST on this unix socket')
    .option('--name <name>', 'of this forwarder; by default the format')
    .option('--spool <dir>', 'where it keeps what is not delivered (CORDON_HOME/forward/NAME)')
    .option('--spool-limit <size>', 'of the spool on disk (1GiB)', byteLimit)
    .option('--gzip', 'compress what is sent')
    .option('--status', 'how far the forwarder of that spool is, whether it runs or not')
    .addHelpText(
      'after',
      `
Whose token is used: --token-file, else CORDON_TOKEN_FILE, else <CORDON_HOME>/tokens/<format>; the file is read anew
for every batch. With --stdin alone it ends when standard input does and all is delivered.`,
    )
    .action((options: ForwardOptions, command: Command) =>
      options.status === true
        ? showStatus(cli, options)
        : cli.roots.runForwarder(cli.io.env, requestOf(cli, options, command)),
    );
}

async function showStatus(cli: Cli, options: ForwardOptions): Promise<void> {
  const spool = spoolOf(cli, options);
  cli.print(await cli.roots.forwardStatus(spool), (safe, paint) =>
    statusTable(safe, cli.io.now(), paint),
  );
}

function requestOf(cli: Cli, options: ForwardOptions, command: Command): ForwardRequest {
  const { detector, socket } = options;
  if (detector === undefined) throw usage('no_detector', 'Say with --detector what is forwarded');
  const files = (options.file ?? []).map((path) => resolve(path));
  const stdin = options.stdin === true;
  if (files.length === 0 && !stdin && socket === undefined) {
    throw usage('no_source', 'Say with --file, --stdin or --socket where alerts come from');
  }
  const { url, tokenFile } = command.optsWithGlobals<{ url?: string; tokenFile?: string }>();
  return {
    name: nameOf(options),
    url: installation(cli.io.env, { url: options.to ?? url }).url,
    detector,
    tokenFile: tokenFileOf(cli, tokenFile, detector),
    ...{ files, stdin, socket: socket === undefined ? null : resolve(socket) },
    spool: spoolOf(cli, options),
    spoolLimit: options.spoolLimit ?? DEFAULT_LIMIT,
    gzip: options.gzip === true,
  };
}

function nameOf({ name, detector }: ForwardOptions): string {
  const given = name ?? detector ?? '';
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(given)) return given;
  throw usage('bad_name', 'Say with --name, or --spool, which forwarder: letters, digits, . _ -');
}

function spoolOf(cli: Cli, options: ForwardOptions): string {
  return resolve(options.spool ?? join(homeOf(cli.io.env), 'forward', nameOf(options)));
}

/** Never a person's, which the other commands speak with. */
function tokenFileOf(cli: Cli, named: string | undefined, detector: string): string {
  const given = named ?? cli.io.env['CORDON_TOKEN_FILE'] ?? '';
  if (given !== '') return resolve(given);
  const own = join(homeOf(cli.io.env), 'tokens', detector);
  return existsSync(own) ? own : '';
}

function statusTable(status: ForwardStatus, nowMs: number, paint: Paint): string {
  const { waiting, oldest_at: oldest, dropped, refused } = status;
  const since = (ms: number) => `since ${moment(new Date(ms).toISOString())}`;
  const bad = (text: string, isBad: boolean): Cell => (isBad ? { text, style: 'bad' } : text);
  const rows: Cell[][] = [
    ['spool', status.spool],
    ['runs', status.pid === null ? { text: 'no', style: 'bad' } : `as process ${status.pid}`],
    ['waiting', waiting === 0 ? '0' : `${waiting}, the oldest for ${duration(nowMs - oldest)}`],
    ['on disk', `${status.bytes} bytes`],
    ['delivered', `${status.delivered}`],
    ['dropped', bad(droppedText(dropped), dropped.records > 0)],
    ['refused', bad(`${refused}${refused > 0 ? ': see refused.ndjson' : ''}`, refused > 0)],
    ...(status.failing_since > 0
      ? [['fails', bad(`${since(status.failing_since)}: ${status.last_error}`, true)]]
      : []),
    ...status.sources.map(({ source, offset }): Cell[] => [source, `read to byte ${offset}`]),
  ];
  return table(rows, paint);
}

function droppedText({ records, lines, bytes }: ForwardStatus['dropped']): string {
  if (records === 0) return '0';
  return `at least ${counted(lines, 'line')} and ${counted(bytes, 'byte')}, at ${counted(records, 'time')}`;
}

function collected(path: string, earlier: string[] = []): string[] {
  return [...earlier, path];
}

function usage(code: string, message: string): Failure {
  return new Failure(EXIT.usage, code, message, { next: 'see `cordon forward --help`' });
}
