import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { assuranceSchema, hostNameSchema } from './enrolment.ts';
import { BANK_BYTES, goldenProblem, selectionProblem, type PcrBank } from './pcr-policy.ts';
import { nameSchema } from './primitives.ts';
import { hasOnePlace, ONE_PLACE, placeFields, timeoutMs } from './place.ts';

/** The host's agent reads the PCRs and quotes, and again where one was extended meanwhile. */
const DEFAULT_AGENT_TIMEOUT_MS = 35_000;
const DEFAULT_VERDICT_EXPIRY_MS = 5 * 60_000;
const LONGEST_VERDICT_EXPIRY_MS = 24 * 60 * 60_000;

/** A host that was owned after its boot still quotes perfectly: after these it must have booted anew. */
const RESET_REQUIRED = ['attestation_failure', 'integrity_violation', 'unauthorized_access'];

export const labelSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a name is lower-case letters, digits, ., - and _');

const pcrSelectionSchema = z
  .array(
    z.strictObject({
      bank: z.enum(Object.keys(BANK_BYTES) as [PcrBank, ...PcrBank[]]),
      pcrs: z.array(z.int()),
    }),
  )
  .superRefine((selection, context) => {
    const message = selectionProblem(selection);
    if (message !== null) context.addIssue({ code: 'custom', message });
  });

/** Bank, then index, then hex. YAML reads an unquoted index as a number; a key is text either way. */
export const baselineSchema = z.record(z.string(), z.record(z.string(), z.string()));

const agentPlaceSchema = z
  .strictObject({ ...placeFields, timeout_ms: timeoutMs.default(DEFAULT_AGENT_TIMEOUT_MS) })
  .refine(hasOnePlace, ONE_PLACE);

const groupSchema = z
  .strictObject({
    hosts: z.array(hostNameSchema).min(1),
    /** Assurance that is good enough to release on. */
    assurance: z.array(assuranceSchema).min(1),
    pcr_selection: pcrSelectionSchema,
    /** Whole sets of known-good values: a quote must match one of them entirely. */
    baselines: z.record(labelSchema, baselineSchema),
    /** Firmware versions that may quote; absent: the one that was enrolled. */
    firmware: z.array(z.string().regex(/^0x[0-9a-f]{16}$/, 'is 0x and 16 hex digits')).optional(),
    require_clock_safe: z.boolean().default(false),
    require_event_log: z.boolean().default(false),
    /** Classes after which the TPM must have been reset since the containment. */
    reset_required: z.array(nameSchema).default(RESET_REQUIRED),
  })
  .superRefine(({ pcr_selection, baselines }, context) => {
    for (const [name, golden] of Object.entries(baselines)) {
      const message = goldenProblem(pcr_selection, golden);
      if (message !== null) {
        context.addIssue({ code: 'custom', path: ['baselines', name], message });
      }
    }
  });
export type AttestationGroup = z.infer<typeof groupSchema>;

/** `attestation.yaml`: which hosts prove themselves by their TPM, and what a quote must show. */
export const attestationPolicySchema = z
  .strictObject({
    version: z.literal(1),
    /** What an incident is about that names no host. */
    unnamed_host: hostNameSchema.optional(),
    /** For hosts that are not enrolled: no proof at all, or the word of the runtime attestor, labelled as such. */
    without_enrolment: z.enum(['refuse', 'runtime_attestor']).default('refuse'),
    /** An older verdict opens nothing. */
    verdict_expiry: durationSchema
      .refine(
        (ms) => ms >= 1_000 && ms <= LONGEST_VERDICT_EXPIRY_MS,
        'must be from a second to a day',
      )
      .default(DEFAULT_VERDICT_EXPIRY_MS),
    /** How often the host of one incident is asked. */
    attempts: z.strictObject({ most: z.int().min(1).max(1_000), window: durationSchema }),
    /** Certificate authorities of endorsement keys, and what their TPMs are worth. */
    ek_roots: z
      .record(labelSchema, z.strictObject({ file: z.string().min(1), assurance: assuranceSchema }))
      .default({}),
    /** Where the agent of each host listens. */
    hosts: z.record(hostNameSchema, agentPlaceSchema).default({}),
    groups: z.record(labelSchema, groupSchema).default({}),
  })
  .superRefine((policy, context) => {
    const seen = new Set<string>();
    for (const [group, { hosts }] of Object.entries(policy.groups)) {
      for (const [at, host] of hosts.entries()) {
        const path = ['groups', group, 'hosts', at];
        const say = (message: string) => context.addIssue({ code: 'custom', path, message });
        if (!Object.hasOwn(policy.hosts, host)) say(`hosts does not say where ${host} is`);
        if (seen.has(host)) say(`${host} is in a group already`);
        seen.add(host);
      }
    }
  });
export type AttestationPolicy = z.infer<typeof attestationPolicySchema>;
export type AgentPlace = AttestationPolicy['hosts'][string];

/** The group that a host is in; null where it is in none, and then nothing it quotes can be accepted. */
export function groupOf(policy: AttestationPolicy, host: string): AttestationGroup | null {
  return Object.values(policy.groups).find(({ hosts }) => hosts.includes(host)) ?? null;
}
