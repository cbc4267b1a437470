import { Command } from 'commander';
import type { Health } from '../answers.ts';
import type { Cli } from '../cli.ts';
import { EXIT, Failure } from '../exit.ts';
import type { ConfigLine, Probe } from '../roots.ts';
import type { Paint } from '../text/paint.ts';
import { table, tableWithHead, type Cell } from '../text/table.ts';
import { counted } from '../text/counted.ts';

const VERDICTS = { ok: 'ok', degraded: 'warn', unavailable: 'fail' } as const;
const STYLES = { ok: 'good', warn: 'warning', fail: 'bad' } as const;

export function doctorCommand(cli: Cli): Command {
  return new Command('doctor')
    .description('show what is configured, what is reachable and what is missing')
    .action(() => examine(cli));
}

async function examine(cli: Cli): Promise<void> {
  const config = cli.roots.describeConfig(cli.io.env);
  const [server, others] = await Promise.all([probeServer(cli), cli.roots.probes(cli.io.env)]);
  const probes = [...server, ...others];
  cli.print({ config, probes }, (safe, paint) =>
    [configTable(safe.config, paint), '', probeLines(safe.probes, paint)].join('\n'),
  );
  const failed = probes.filter((probe) => probe.verdict === 'fail');
  if (failed.length === 0) return;
  const names = failed.map((probe) => probe.name).join(', ');
  throw new Failure(EXIT.failed, 'unhealthy', `Not all is well: ${names}`, {
    next: failed.find((probe) => probe.next !== '')?.next ?? '',
  });
}

/** A server that does not run is no fault of the machine; one that is unwell is. */
async function probeServer(cli: Cli): Promise<Probe[]> {
  const api = cli.api();
  const name = 'server';
  try {
    const health = await api.health();
    const { status, open_incidents, reasons } = health;
    const open = counted(open_incidents, 'open incident');
    const detail = [`${status} at ${api.url}`, open, ...reasons].join(', ');
    return [{ name, verdict: VERDICTS[status], detail, next: '' }, ...canary(health)];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const verdict = error.code === 'unreachable' ? 'warn' : 'fail';
    return [{ name, verdict, detail: error.message, next: error.next }];
  }
}

/** What the server's store of evidence refused when it was tried. A directory never said that it would. */
function canary({ evidence }: Health): Probe[] {
  if (evidence === undefined) return [];
  const { kind, enforcing, checked_at, tried, not_tried } = evidence;
  if (checked_at === '') {
    return [{ name: 'canary', verdict: 'ok', detail: `${kind}: not tried yet`, next: '' }];
  }
  const allowed = tried.filter(({ refused }) => !refused).map(({ attempt }) => attempt);
  const untried = not_tried.map(({ attempt }) => attempt);
  const detail = [
    `${kind}: ${enforcing ? 'enforcing' : 'not enforcing'}, tried ${checked_at}`,
    ...(allowed.length === 0 ? [] : [`allowed ${allowed.join(', ')}`]),
    ...(untried.length === 0 ? [] : [`could not try ${untried.join(', ')}`]),
    ...(kind === 'local-directory' ? ['tamper-evident, not a compliance WORM'] : []),
  ].join('; ');
  const verdict = enforcing || kind === 'local-directory' ? 'ok' : 'warn';
  return [{ name: 'canary', verdict, detail, next: '' }];
}

function configTable(config: readonly ConfigLine[], paint: Paint): string {
  const rows = config.map(({ name, value, origin, meaning }): Cell[] => [
    name,
    value,
    { text: origin, style: 'dim' },
    meaning,
  ]);
  return tableWithHead(['setting', 'value', 'from', 'meaning'], rows, paint);
}

function probeLines(probes: readonly Probe[], paint: Paint): string {
  const rows = probes.map(({ name, verdict, detail, next }): Cell[] => [
    { text: verdict, style: STYLES[verdict] },
    name,
    next === '' ? detail : `${detail}; ${next}`,
  ]);
  return table(rows, paint);
}
