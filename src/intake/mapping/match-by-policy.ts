import type { Alert, AlertFormatName } from '../../domain/alert.ts';
import type { Policy } from '../../domain/policy.ts';
import { matchAlert, type Match } from './match-alert.ts';

/** What the rules of the policy make of an alert; null where none is about it. */
export function matchByPolicy(
  { detectors }: Pick<Policy, 'detectors'>,
  format: AlertFormatName,
  alert: Alert,
): Match | null {
  const rules = detectors[format];
  return rules === undefined ? null : matchAlert(rules, alert);
}
