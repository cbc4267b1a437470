import type {
  ExplainedAlert,
  ExplainedDelivery,
  ExplainedDocument,
} from '../../intake/alert-explanation.ts';
import type { Consideration } from '../../intake/mapping/map-alert.ts';
import { counted } from './counted.ts';
import { severityStyle, type Paint, type Style } from './paint.ts';
import { table, type Cell } from './table.ts';
import { moment } from './time.ts';
import { triageEnding } from './triage-line.ts';

const INDENT = '  ';

/** What would become of each alert of a text, and which rules were considered for it. */
export function explanation({ documents, refused }: ExplainedDelivery, paint: Paint): string {
  const unread = refused.map(({ index, reason }) => refusal(`Document ${index}`, reason, paint));
  const read = documents.map((document) => documentLines(document, paint).join('\n'));
  const parts = [...read, ...(unread.length === 0 ? [] : [unread.join('\n')])];
  return parts.length === 0 ? 'There is nothing in it.' : parts.join('\n\n');
}

function documentLines(document: ExplainedDocument, paint: Paint): string[] {
  const { format, tried, alerts, refused, disagreements } = document;
  if (format === null) {
    return [`${paint('bad', 'unknown format')}: it is none of ${tried.join(', ')}`];
  }
  return [
    `${paint('bold', format)}, ${counted(alerts.length, 'alert')}`,
    ...alerts.flatMap((alert) => ['', ...alertLines(alert, paint)]),
    ...refused.map(({ index, reason }) => refusal(`Part ${index}`, reason, paint)),
    ...disagreements.map((disagreement) => `${paint('warning', 'disagrees')}: ${disagreement}`),
  ];
}

export function refusal(part: string, reason: string, paint: Paint): string {
  return `${part} is ${paint('bad', 'refused')}: ${reason}`;
}

function alertLines(alert: ExplainedAlert, paint: Paint): string[] {
  return [
    `${paint('bold', alert.title)}  ${alert.kind}  ${moment(alert.occurred_at) || 'at no known time'}`,
    table([['identity', alert.identity], ...becomesRows(alert)], paint, INDENT),
    ...(alert.considered.length === 0 ? [] : [`${INDENT}rules considered`]),
    ...(alert.considered.length === 0
      ? []
      : [table(alert.considered.map(consideredRow), paint, INDENT + INDENT)]),
  ];
}

function becomesRows({ kind, becomes, triage, considered }: ExplainedAlert): Cell[][] {
  if (kind !== 'finding') return [['becomes', `nothing: it is of the kind ${kind}`]];
  if (becomes === null) {
    const why = considered.length === 0 ? 'its format has no rules' : 'no rule matches';
    return [['becomes', `nothing: ${why}`]];
  }
  const { subject, evidence, cause } = becomes;
  const about = Object.entries(subject).map(([field, value]) => `${field} ${value}`);
  const shown = Object.entries(evidence).map(([name, value]) => `${name} ${written(value)}`);
  const rows: [string, Cell][] = [
    ['becomes', becomes.class],
    ['severity', { text: becomes.severity, style: severityStyle(becomes.severity) }],
    ['by rule', becomes.rule],
    ['about', about.join(', ') || 'nothing that is known'],
    ['description', becomes.description],
    ['cause', cause.map(written).join(', ')],
    ['fan-in', becomes.fan_in ? 'other subjects join the same incident' : ''],
    ['triage', triage === null ? '' : triageEnding(triage)],
    ...shown.map((line, index): [string, Cell] => [index === 0 ? 'evidence' : '', line]),
  ];
  return rows.filter(([, cell]) => cell !== '');
}

function written(value: unknown): string {
  return JSON.stringify(value);
}

const STYLES: Record<Consideration['verdict'], Style> = {
  matches: 'good',
  does_not_match: 'dim',
  undecided: 'warning',
  not_reached: 'dim',
};

function consideredRow({ rule, verdict, reason }: Consideration): Cell[] {
  return [rule, { text: verdict.replaceAll('_', ' '), style: STYLES[verdict] }, reason];
}
