import type {
  ExplainedAlert,
  ExplainedDelivery,
  ExplainedDocument,
} from '../../intake/alert-explanation.ts';
import type { ExplainedTriage } from '../../intake/triage/explain-triage.ts';
import { refusal } from './alert-explanation.ts';
import type { Paint } from './paint.ts';
import { table, type Cell } from './table.ts';
import { moment } from './time.ts';
import { triageEnding } from './triage-line.ts';

const INDENT = '  ';

/** The way of each alert of a text through its tree. */
export function triageExplanation({ documents, refused }: ExplainedDelivery, paint: Paint): string {
  const unread = refused.map(({ index, reason }) => refusal(`Document ${index}`, reason, paint));
  const lines = [...documents.flatMap((document) => documentLines(document, paint)), ...unread];
  return lines.length === 0 ? 'There is nothing in it.' : lines.join('\n');
}

function documentLines(
  { format, tried, alerts, refused }: ExplainedDocument,
  paint: Paint,
): string[] {
  if (format === null) {
    return [`${paint('bad', 'unknown format')}: it is none of ${tried.join(', ')}`];
  }
  return [
    ...alerts.flatMap((alert) => alertLines(alert, paint)),
    ...refused.map(({ index, reason }) => refusal(`Part ${index}`, reason, paint)),
  ];
}

function alertLines(alert: ExplainedAlert, paint: Paint): string[] {
  const { title, occurred_at, triage } = alert;
  const head = `${paint('bold', title)}  ${moment(occurred_at) || 'at no known time'}`;
  if (triage === null) return [head, `${INDENT}${unasked(alert)}`];
  const counted = triage.counts.map(
    ({ name, counted: count, many }) => `${count} ${name} together, ${many} are many`,
  );
  return [
    head,
    table(
      [...triage.path.map(stepRow), ...counted.map((line): Cell[] => ['counted', line])],
      paint,
      INDENT,
    ),
    `${INDENT}${paint('good', triageEnding(triage))}`,
    ...(triage.playbook === undefined ? [] : [`${INDENT}playbook ${triage.playbook}`]),
  ];
}

function stepRow({ question, answer, undecided }: ExplainedTriage['path'][number]): Cell[] {
  return [`${question}?`, answer, { text: undecided, style: 'dim' }];
}

function unasked({ kind, becomes }: ExplainedAlert): string {
  if (kind !== 'finding') return `nothing is asked about it: it is of the kind ${kind}`;
  if (becomes === null) return 'nothing is asked about it: no rule matches';
  return `${becomes.class}, ${becomes.severity}: its rule, ${becomes.rule}, names no tree`;
}
