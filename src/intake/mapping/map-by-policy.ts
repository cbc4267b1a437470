import type { Alert, AlertFormatName } from '../../domain/alert.ts';
import type { Policy } from '../../domain/policy.ts';
import { mapAlert, type Mapping } from './map-alert.ts';

/** What the rules of the policy make of an alert; null where none is about it. */
export function mapByPolicy(
  { detectors }: Pick<Policy, 'detectors'>,
  format: AlertFormatName,
  alert: Alert,
): Mapping | null {
  const rules = detectors[format];
  return rules === undefined ? null : mapAlert(rules, alert);
}
