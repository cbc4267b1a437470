import type { Json, JsonObject } from '../../domain/alert.ts';
import { isGroup, splitGroups } from './alert-group.ts';
import type { AlertFormat } from './format.ts';
import { listed, member, text } from './reading.ts';

/** The alert that is always firing, to show that alerts get through, and those about the monitoring itself. */
const OWN_WORD = /^(?:Watchdog|DeadMansSwitch|InfoInhibitor|(?:Alertmanager|Prometheus)[A-Z].*)$/;

/**
 * https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, version 4. An alert is known by its
 * fingerprint, when it began and whether it is over; the group that it comes in changes from one delivery to the next.
 */
export const alertmanager: AlertFormat = {
  name: 'alertmanager',
  title: 'Prometheus Alertmanager',
  recognise: (document) => listed(document).some(isOfAlertmanager),
  split: (document) =>
    splitGroups(document, isGroup, (labels) => OWN_WORD.test(text(member(labels, 'alertname')))),
};

/** Grafana's has the same members, and the number of an organisation. */
function isOfAlertmanager(document: Json): document is JsonObject {
  return isGroup(document) && member(document, 'orgId') === undefined;
}
