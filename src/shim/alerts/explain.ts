import type { Alert, AlertFormatName, Json } from '../../domain/alert.ts';
import type { DetectorRules } from '../../domain/detector-rules.ts';
import type { Policy } from '../../domain/policy.ts';
import type {
  ExplainedAlert,
  ExplainedDelivery,
  ExplainedDocument,
} from '../../intake/alert-explanation.ts';
import { alertIdentity } from '../../intake/alert-identity.ts';
import { explainAlert } from '../../intake/mapping/map-alert.ts';
import {
  explainTriage,
  NOTHING_SUPPOSED,
  type Supposed,
} from '../../intake/triage/explain-triage.ts';
import { documentsOf } from './documents.ts';
import type { AlertFormat, Envelope } from './format.ts';
import { FORMATS } from './formats.ts';
import { recogniseFormat } from './recognise.ts';

export interface SentText {
  text: string;
  contentType: string;
  /** Null where the documents are to say it. */
  format: AlertFormatName | null;
  /** Nothing where it is not given. */
  supposed?: Supposed | undefined;
}

type RulesAndClasses = Pick<Policy, 'containment' | 'detectors' | 'triage'>;

/** What would become of a text that a detector sends, and why. */
export function explainText(sent: SentText, policy: RulesAndClasses): ExplainedDelivery {
  const { documents, refused } = documentsOf(sent.text, sent.contentType);
  const envelope = { headers: { 'content-type': sent.contentType } };
  const { supposed = NOTHING_SUPPOSED } = sent;
  const named = FORMATS.find(({ name }) => name === sent.format);
  return {
    documents: documents.map((document) =>
      triaged(explained(document, envelope, named, policy), policy, supposed),
    ),
    refused,
  };
}

interface WithAlerts extends Omit<ExplainedDocument, 'alerts'> {
  alerts: Omit<ExplainedAlert, 'triage'>[];
  /** The same, as they were read. */
  read: Alert[];
}

/** All alerts of a document at once: what they count for, they count for together. */
function triaged(
  { read, alerts, ...document }: WithAlerts,
  policy: RulesAndClasses,
  supposed: Supposed,
): ExplainedDocument {
  const { format } = document;
  if (format === null) return { ...document, alerts: [] };
  const mapped = read.map((alert, at) => ({ alert, mapping: alerts[at]?.becomes ?? null }));
  const ways = explainTriage(policy, format, mapped, supposed);
  return {
    ...document,
    alerts: alerts.map((alert, at) => ({ ...alert, triage: ways[at] ?? null })),
  };
}

function explained(
  document: Json,
  envelope: Envelope,
  named: AlertFormat | undefined,
  policy: RulesAndClasses,
): WithAlerts {
  const recognised = named ? { format: named } : recogniseFormat(document, envelope, FORMATS);
  if ('tried' in recognised) {
    const { tried } = recognised;
    return { format: null, tried, alerts: [], refused: [], disagreements: [], read: [] };
  }
  const { name } = recognised.format;
  const { alerts, refused, disagreements } = recognised.format.split(document, envelope);
  return {
    ...{ format: name, tried: [], refused, disagreements, read: alerts },
    alerts: alerts.map((alert) => explainedAlert(alert, policy, policy.detectors[name])),
  };
}

function explainedAlert(
  alert: Alert,
  { containment }: RulesAndClasses,
  rules: DetectorRules | undefined,
): Omit<ExplainedAlert, 'triage'> {
  const { kind, title, occurred_at } = alert;
  const about = { kind, title, identity: alertIdentity(alert.identity), occurred_at };
  if (kind !== 'finding' || rules === undefined) return { ...about, becomes: null, considered: [] };
  const { mapping, considered } = explainAlert(rules, alert);
  const severity =
    mapping && (mapping.severity ?? containment.rules[mapping.class]?.default_severity);
  return { ...about, becomes: mapping && severity ? { ...mapping, severity } : null, considered };
}
