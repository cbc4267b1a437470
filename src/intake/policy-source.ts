import { z } from 'zod';
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
};

export const policyFileSchema = z.strictObject({
  /** Where it was read, for messages. */
  path: z.string(),
  /** Our default, which stands in for a file that the operator did not write. */
  shipped: z.boolean(),
  text: z.string(),
});
export type PolicyFile = z.infer<typeof policyFileSchema>;

/** The policy as it was written: what is kept as evidence, and parsed again wherever it is in force. */
export const policySourceSchema = z.record(z.enum(POLICY_PARTS), policyFileSchema);
export type PolicySource = z.infer<typeof policySourceSchema>;

/** SHA-256 over name, length and exact bytes of each file; the length keeps the boundaries apart. */
export function digestOf(source: PolicySource): string {
  const framed = POLICY_PARTS.map((part) => {
    const { text } = source[part];
    return `${POLICY_FILES[part]}\n${Buffer.byteLength(text)}\n${text}`;
  });
  return sha256Hex(framed.join(''));
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
  };
}
