import { z } from 'zod';
import { ALERT_FORMATS, alertFormatSchema, type AlertFormatName } from '../domain/alert.ts';
import { nameSchema } from '../domain/primitives.ts';
import { sha256Hex } from '../evidence/digest.ts';

/** The parts of the policy, in the order of the digest. */
export const POLICY_PARTS = [
  'containment',
  'escalation',
  'recovery',
  'targets',
  'reporters',
  'notifications',
  'attestation',
  'baseline',
  'triage',
] as const;
export type PolicyPart = (typeof POLICY_PARTS)[number];

/** The file that holds each part. */
export const POLICY_FILES: Record<PolicyPart, string> = {
  containment: 'incident-containment.yaml',
  escalation: 'escalation.yaml',
  recovery: 'recovery.yaml',
  targets: 'targets.yaml',
  reporters: 'reporters.yaml',
  notifications: 'notifications.yaml',
  attestation: 'attestation.yaml',
  baseline: 'baseline.yaml',
  triage: 'triage.yaml',
};

/** The directory of the files that say what alerts become, one for each format, beside the others. */
export const DETECTORS = 'detectors' as const;

/** The directory of the courses of incidents, one file each, beside the others. */
export const PLAYBOOKS = 'playbooks' as const;

export const policyFileSchema = z.strictObject({
  /** Where it was read, for messages. */
  path: z.string(),
  /** Our default, which stands in for a file that the operator did not write. */
  shipped: z.boolean(),
  text: z.string(),
});
export type PolicyFile = z.infer<typeof policyFileSchema>;

/** What stands for a part that there was none of yet when a policy was kept: a file that was read nowhere. */
const youngerPart = (text: string) => policyFileSchema.default({ path: '', shipped: true, text });

/** The policy as it was written: what is kept as evidence, and parsed again wherever it is in force. */
export const policySourceSchema = z.strictObject({
  ...eachPart(() => policyFileSchema),
  baseline: youngerPart('version: 1\nchecks: {}\n'),
  triage: youngerPart('version: 1\ntrees: {}\n'),
  /** None where it was kept before there were any. */
  detectors: z.partialRecord(alertFormatSchema, policyFileSchema).default({}),
  /** By name; none where it was kept before there were any. */
  playbooks: z.record(nameSchema, policyFileSchema).default({}),
});
export type PolicySource = z.infer<typeof policySourceSchema>;

/** SHA-256 over name, length and exact bytes of each file; the length keeps the boundaries apart. */
export function digestOf(source: PolicySource): string {
  const parts = POLICY_PARTS.filter((part) => source[part].path !== '').map((part) =>
    framed(POLICY_FILES[part], source[part]),
  );
  const detectors = detectorFiles(source).map(([format, file]) =>
    framed(detectorFileName(format), file),
  );
  const playbooks = Object.entries(source.playbooks)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, file]) => framed(`${PLAYBOOKS}/${name}`, file));
  return sha256Hex([...parts, ...detectors, ...playbooks].join(''));
}

function framed(name: string, { text }: PolicyFile): string {
  return `${name}\n${Buffer.byteLength(text)}\n${text}`;
}

/** Below the directory of the policy. */
export function detectorFileName(format: AlertFormatName): string {
  return `${DETECTORS}/${format}.yaml`;
}

/** In an order of their own, whatever theirs in the source is. */
export function detectorFiles({ detectors }: PolicySource): [AlertFormatName, PolicyFile][] {
  return ALERT_FORMATS.flatMap((format): [AlertFormatName, PolicyFile][] => {
    const file = detectors[format];
    return file === undefined ? [] : [[format, file]];
  });
}

/** The same for every part. */
export function eachPart<T>(of: (part: PolicyPart) => T): Record<PolicyPart, T> {
  return {
    containment: of('containment'),
    escalation: of('escalation'),
    recovery: of('recovery'),
    targets: of('targets'),
    reporters: of('reporters'),
    notifications: of('notifications'),
    attestation: of('attestation'),
    baseline: of('baseline'),
    triage: of('triage'),
  };
}
