import type { Json } from '../../domain/alert.ts';
import type { AlertFormat } from './format.ts';
import { listed, readEach } from './reading.ts';
import { isOperatorReport, operatorDisagreements, operatorFindings } from './trivy-operator.ts';
import { isScanReport, scanFindings } from './trivy-scan.ts';
import { trivyAlert, type TrivyFinding } from './trivy-finding.ts';

/**
 * Reports of `trivy image|fs|repo|k8s --format json` and of the Trivy Operator's webhook. Each vulnerability of a
 * package, failed check, secret and licence is an alert; what becomes of them is one incident for each artifact, since
 * they have it as their subject. A scan that finds the same in the same artifact says nothing new, so that the identity
 * leaves out when it was made.
 */
export const trivy: AlertFormat = {
  name: 'trivy',
  title: 'Trivy',
  recognise: (document) =>
    listed(document).some((part) => isScanReport(part) || isOperatorReport(part)),
  split: (document) => ({
    ...readEach(listed(document).flatMap(findingsOf), (finding) =>
      typeof finding === 'string' ? finding : trivyAlert(finding),
    ),
    disagreements: listed(document).flatMap(operatorDisagreements),
  }),
};

function findingsOf(part: Json): (TrivyFinding | string)[] {
  if (isScanReport(part)) return scanFindings(part);
  if (isOperatorReport(part)) return operatorFindings(part);
  return ['it is no report of Trivy, of schema 2, or of its operator'];
}
