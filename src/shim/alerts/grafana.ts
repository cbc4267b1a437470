import type { Json, JsonObject } from '../../domain/alert.ts';
import { isGroup, splitGroups } from './alert-group.ts';
import type { AlertFormat } from './format.ts';
import { listed, member, text } from './reading.ts';

/** Grafana's own alerts about a rule that it could not evaluate. */
const OWN_WORDS: readonly string[] = ['DatasourceError', 'DatasourceNoData'];

/**
 * https://grafana.com/docs/grafana/latest/alerting/configure-notifications/manage-contact-points/integrations/webhook-notifier/
 * Identity as for Alertmanager.
 */
export const grafana: AlertFormat = {
  name: 'grafana',
  title: 'Grafana Alerting',
  recognise: (document) => listed(document).some(isOfGrafana),
  split: (document) => splitGroups(document, isGroup, isOwnWord),
};

function isOfGrafana(document: Json): document is JsonObject {
  return isGroup(document) && typeof member(document, 'orgId') === 'number';
}

/** The last is what the button "Test" of a contact point sends. */
function isOwnWord(labels: JsonObject): boolean {
  const name = text(member(labels, 'alertname'));
  const isTest = name === 'TestAlert' && member(labels, 'instance') === 'Grafana';
  return OWN_WORDS.includes(name) || isTest;
}
