import { Command } from 'commander';
import type { Stats } from '../../domain/stats.ts';
import type { Cli } from '../cli.ts';
import type { Paint } from '../text/paint.ts';
import { table } from '../text/table.ts';

export function statsCommand(cli: Cli): Command {
  return new Command('stats')
    .description('count incidents, by class and by severity')
    .action(async () => cli.print(await cli.api().stats(), statsScreen));
}

function statsScreen(stats: Stats, paint: Paint): string {
  const figures: [string, string][] = [
    ['incidents', String(stats.total_incidents)],
    ['open', String(stats.open_incidents)],
    ['were contained', String(stats.contained_count)],
    ['resolved', String(stats.resolved_count)],
  ];
  return [
    table(figures, paint),
    ...counts('open, by severity', stats.open_by_severity, paint),
    ...counts('by class', stats.by_class, paint),
    ...titled('clocks: met, missed, running', clocks(stats), paint),
    ...titled('false positives', dismissed(stats), paint),
  ].join('\n');
}

function counts(title: string, by: Record<string, number>, paint: Paint): string[] {
  return titled(
    title,
    Object.entries(by).map(([name, n]) => [name, String(n)]),
    paint,
  );
}

function clocks(stats: Stats): string[][] {
  return Object.entries(stats.clocks).map(([clock, { met, missed, running }]) => [
    clock,
    ...[met, missed, running].map(String),
  ]);
}

function dismissed({ false_positives }: Stats): string[][] {
  return false_positives.map(({ source, format, class: ofClass, count }) => [
    source,
    format,
    ofClass,
    String(count),
  ]);
}

function titled(title: string, rows: string[][], paint: Paint): string[] {
  return rows.length === 0 ? [] : ['', paint('bold', title), table(rows, paint, '  ')];
}
