import type { Alert, Json, JsonObject } from '../../domain/alert.ts';
import { asffToOcsf } from './asff-to-ocsf.ts';
import { hasFinding, splitFindings, type Unwrapped } from './aws-envelope.ts';
import type { AlertFormat } from './format.ts';
import { aboutItself, firstInstant, isObject, member, text } from './reading.ts';

/** "Required top-level ASFF attributes" without which a finding is not known, or says nothing. */
const REQUIRED = ['Id', 'ProductArn', 'Title'] as const;

/**
 * The AWS Security Finding Format, as Security Hub and the products that write it have it: alone, in `{"Findings": […]}`,
 * by EventBridge or by SNS. https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-findings-format.html
 * What rules see has the members of the finding and, beside them, those of OCSF with the same meaning.
 */
export const asff: AlertFormat = {
  name: 'asff',
  title: 'AWS Security Hub (ASFF)',
  recognise: (document) => hasFinding(document, isFinding),
  split: (document) => splitFindings(document, alertOf, disagreementsOf),
};

function isFinding(part: Json): part is JsonObject {
  return isObject(part) && REQUIRED.every((name) => text(member(part, name)) !== '');
}

function alertOf(unwrapped: Unwrapped): Alert | string {
  if ('none' in unwrapped) return unwrapped.none;
  const part = unwrapped.finding;
  if (!isFinding(part)) return 'it has no Id, ProductArn and Title';
  const said = (...path: string[]) => text(member(part, ...path));
  const kind = kindOf(part);
  return {
    kind,
    identity: [
      ...[said('ProductArn'), said('Id'), said('UpdatedAt')],
      ...[said('RecordState'), said('Workflow', 'Status'), said('Compliance', 'Status')],
    ],
    occurred_at: firstInstant(member(part, 'UpdatedAt'), member(part, 'CreatedAt')),
    title: said('Title'),
    facts: {
      ...part,
      ...asffToOcsf(part),
      ...(kind === 'health' && { health: aboutItself('test', null) }),
    },
  };
}

function kindOf(part: JsonObject): Alert['kind'] {
  const said = (...path: string[]) => text(member(part, ...path));
  const isSample = member(part, 'Sample') === true || said('Title').startsWith('[SAMPLE]');
  if (isSample) return 'health';
  const isOver =
    said('RecordState') === 'ARCHIVED' ||
    ['RESOLVED', 'SUPPRESSED'].includes(said('Workflow', 'Status')) ||
    said('Compliance', 'Status') === 'PASSED';
  return isOver ? 'cleared' : 'finding';
}

/** "Severity.Normalized", deprecated: the lowest number of each label. */
const LABELS = [
  [90, 'CRITICAL'],
  [70, 'HIGH'],
  [40, 'MEDIUM'],
  [1, 'LOW'],
  [0, 'INFORMATIONAL'],
] as const;

/** The label is gone by, and the state of the record: the others are there for older readers. */
function disagreementsOf(part: Json): string[] {
  const said = (...path: string[]) => text(member(part, ...path));
  const normalized = member(part, 'Severity', 'Normalized');
  const label = said('Severity', 'Label');
  const meant =
    typeof normalized === 'number' ? LABELS.find(([least]) => normalized >= least)?.[1] : label;
  const archived = said('ProductFields', 'aws/guardduty/service/archived');
  return [
    ...(label !== '' && meant !== label
      ? ['Severity.Normalized is not what Severity.Label says']
      : []),
    ...(archived === 'true' && said('RecordState') === 'ACTIVE'
      ? ['the product has archived the finding, and its record is active']
      : []),
  ];
}
