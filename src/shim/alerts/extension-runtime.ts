import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { denialBursts } from './extension-bursts.ts';
import type { AlertFormat } from './format.ts';
import {
  firstInstant,
  instant,
  isObject,
  listed,
  listOf,
  member,
  objectOf,
  readEach,
  text,
  word,
} from './reading.ts';

/** An alert, and an artifact that holds all of a session. */
const ALERT_SCHEMA = /^pi\.(?:ext|security)\.security_alert\.v\d{1,4}$/;
/** Everything about an incident, hash-verified: the alerts are one of its parts. */
const BUNDLE_SCHEMA = /^pi\.(?:ext|security)\.incident_evidence_bundle\.v\d{1,4}$/;
/** What makes an alert where no schema says so. */
const MEMBERS = ['extension_id', 'category', 'severity', 'action'] as const;

/**
 * Security alerts of an extension runtime: alone, in a list, as an artifact (`{"schema", "alerts"}`) or in an incident's
 * evidence bundle (`security_alerts`); breaches of quota; and the report of a risk ledger whose chain does not hold.
 * `sequence_id` begins anew with each session, so that an alert is known by when, about what and why it was raised too.
 */
export const extensionRuntime: AlertFormat = {
  name: 'extension_runtime',
  title: 'extension runtime',
  recognise: (document) => listed(document).flatMap(alertsIn).some(isKnown),
  split: (document) => {
    const parts = listed(document).flatMap(alertsIn);
    const bursts = denialBursts(parts);
    return {
      ...readEach(parts, (part) => read(part, bursts.get(part) ?? 0)),
      disagreements: listed(document).flatMap(disagreementsOf),
    };
  },
};

function alertsIn(part: Json): Json[] {
  const schema = text(member(part, 'schema'));
  if (BUNDLE_SCHEMA.test(schema)) {
    const alerts = member(part, 'security_alerts');
    return [
      ...listOf(Array.isArray(alerts) ? alerts : member(alerts, 'alerts')),
      ...listOf(member(part, 'quota_breaches')),
    ];
  }
  const alerts = member(part, 'alerts');
  return ALERT_SCHEMA.test(schema) && Array.isArray(alerts) ? alerts : [part];
}

function isKnown(part: Json): part is JsonObject {
  return isAlert(part) || isBreach(part) || isLedgerReport(part);
}

function isAlert(part: Json): part is JsonObject {
  return isObject(part) && MEMBERS.every((name) => text(member(part, name)) !== '');
}

function isBreach(part: Json): part is JsonObject {
  return (
    isObject(part) &&
    text(member(part, 'extension_id')) !== '' &&
    (text(member(part, 'quota_config_source')) !== '' ||
      ['limit', 'actual'].every((name) => typeof member(part, name) === 'number'))
  );
}

const VERDICTS = ['valid', 'chain_valid', 'ledger_chain_intact'] as const;
/** `valid` and `errors` alone stand in reports of every kind. */
const OF_A_LEDGER = ['chain_valid', 'ledger_chain_intact', 'first_invalid_index'] as const;

/** Of the ledger of risk decisions; one that holds is no alert. */
function isLedgerReport(part: Json): part is JsonObject {
  return (
    isObject(part) &&
    (text(member(part, 'schema')).startsWith('pi.') ||
      OF_A_LEDGER.some((name) => Object.hasOwn(part, name))) &&
    VERDICTS.some((name) => typeof member(part, name) === 'boolean')
  );
}

function read(part: Json, denials: number): Alert | string | null {
  if (isAlert(part)) return alertOf(part, denials);
  if (isBreach(part)) return breachAlert(part);
  if (isLedgerReport(part)) return ledgerAlert(part);
  return 'it has no extension_id, category, severity and action';
}

function alertOf(part: JsonObject, denials: number): Alert {
  const said = (name: string) => text(member(part, name));
  const reasons = listOf(member(part, 'reason_codes')).map(text);
  return {
    // The runtime lets an extension go again; what it should not have allowed is no information.
    kind: said('action') === 'allow' && said('severity') === 'info' ? 'cleared' : 'finding',
    identity: [
      ...[said('extension_id'), said('category'), said('action'), said('capability')],
      ...[said('method'), said('call_id'), said('context_hash'), reasons.join()],
      ...[word(member(part, 'ts_ms')), word(member(part, 'sequence_id'))],
    ],
    occurred_at: instant(member(part, 'ts_ms')),
    title: [said('summary'), said('category')].find((title) => title !== '') ?? '',
    facts: { ...part, reason_codes: reasons, ...words(part), denials_in_a_minute: denials },
  };
}

/** Rules need not ask whether these are there. */
function words(part: JsonObject): JsonObject {
  const names = ['capability', 'method', 'summary', 'remediation', 'policy_source', 'risk_state'];
  return Object.fromEntries(names.map((name) => [name, text(member(part, name))]));
}

/** As the alert that the runtime raises of it, with what it measured. */
function breachAlert(part: JsonObject): Alert {
  const extension = text(member(part, 'extension_id'));
  const about = ['resource', 'resource_type', 'capability', 'reason']
    .map((name) => text(member(part, name)))
    .filter((said) => said !== '')
    .join(', ');
  const numbers = ['limit', 'actual', 'ts_ms', 'timestamp'].map((name) => word(member(part, name)));
  const [limit, actual] = numbers;
  return {
    kind: 'finding',
    identity: ['quota_breach', extension, about, ...numbers],
    occurred_at: firstInstant(member(part, 'ts_ms'), member(part, 'timestamp')),
    title: `${extension} went beyond its quota`,
    facts: {
      ...part,
      ...{ category: 'quota_breach', severity: 'warning', action: 'deny', reason_codes: [] },
      ...words(part),
      summary: `beyond its quota: ${about}${actual === '' ? '' : ` (${actual} of ${limit})`}`,
    },
  };
}

function ledgerAlert(part: JsonObject): Alert | null {
  if (!VERDICTS.some((name) => member(part, name) === false)) return null;
  const errors = ['verification_errors', 'errors'].flatMap((name) => listOf(member(part, name)));
  return {
    kind: 'finding',
    identity: [
      ...['ledger_integrity', text(member(part, 'schema')), JSON.stringify(errors)],
      ...['first_invalid_index', 'head_ledger_hash', 'generated_at_ms', 'bundle_hash'].map((name) =>
        word(member(part, name)),
      ),
    ],
    occurred_at: instant(member(part, 'generated_at_ms')),
    title: 'the chain of the risk ledger does not hold',
    facts: {
      ...part,
      ...{ category: 'ledger_integrity', severity: 'critical', action: 'deny', extension_id: '' },
      ...{ reason_codes: [], ...words(part) },
      summary: 'the chain of the risk ledger does not hold',
      errors,
    },
  };
}

function disagreementsOf(part: Json): string[] {
  const alerts = alertsIn(part);
  const summary = objectOf(member(part, 'summary'));
  const counts = [member(part, 'alert_count'), member(summary, 'alert_count')];
  const breaches = alerts.filter((alert) => !isAlert(alert) && isBreach(alert)).length;
  const counted = alerts.length - breaches;
  return counts
    .filter((said) => typeof said === 'number' && said !== counted)
    .map((said) => `alert_count says ${word(said)}, and there are ${counted}`);
}
