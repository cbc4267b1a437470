import { z } from 'zod';
import { alertFormatSchema } from './alert.ts';
import { attestationPolicySchema } from './attestation-policy.ts';
import { baselinePolicySchema } from './baseline-policy.ts';
import { breakerPolicySchema } from './breaker.ts';
import { detectorRulesSchema } from './detector-rules.ts';
import { durationSchema } from './duration.ts';
import { recipientSchema } from './host-capture.ts';
import { ON_CAPTURE_FAILURE } from './plan.ts';
import { playbookInForceSchema } from './playbook.ts';
import { nameSchema, severitySchema, sha256Schema } from './primitives.ts';
import { ROLES } from './principal.ts';
import { reporterSchema } from './reporter.ts';
import { SEVERITIES } from './severity.ts';
import { targetsPolicySchema } from './targets.ts';
import { triagePolicySchema } from './triage.ts';

const versionSchema = z.literal(1);

/** `incident-containment.yaml`: what each class is answered with. */
export const containmentPolicySchema = z.strictObject({
  version: versionSchema,
  rules: z.record(
    nameSchema,
    z.strictObject({
      description: z.string().optional(),
      auto_contain: z.boolean(),
      actions: z.array(nameSchema).max(32),
      default_severity: severitySchema,
    }),
  ),
});

/** The counting workflow keeps at most this many occurrences, so no threshold may be near it. */
const HIGHEST_THRESHOLD = 1_000;

const HOUR_MS = 3_600_000;

/** `escalation.yaml`: repeated reports of a class within a window raise the severity. */
export const escalationPolicySchema = z.strictObject({
  version: versionSchema,
  windows: z.record(
    nameSchema,
    z.strictObject({
      threshold: z.int().min(1).max(HIGHEST_THRESHOLD),
      window: durationSchema.refine((ms) => ms > 0, 'must be longer than zero'),
      escalates_to: severitySchema,
      /** Taken in addition to the class's own. */
      actions: z.array(nameSchema).max(32).default([]),
    }),
  ),
  /** How far apart two alerts of one cause may be and still belong to one incident, while it is unresolved. */
  joins_within: z
    .strictObject({
      default: durationSchema,
      classes: z.record(nameSchema, durationSchema).default({}),
    })
    .default({ default: HOUR_MS, classes: {} }),
});

const serviceLevelsSchema = z.strictObject({
  contain: durationSchema,
  acknowledge: durationSchema,
  resolve: durationSchema,
  review: durationSchema,
  repeat: durationSchema.refine((ms) => ms >= 1_000, 'must be a second or longer'),
});

const DAY_MS = 86_400_000;
const isSomeTime = (ms: number) => ms > 0;

/** How much is done at a severity, for the playbooks that leave it to that. */
const responseSchema = z.strictObject({
  contain: z.boolean(),
  capture: z.boolean(),
  /** Taken in addition to the playbook's own. */
  actions: z.array(nameSchema).max(8).default([]),
});

/** `recovery.yaml`: what opens a containment again, how long capture may take, and the service levels. */
export const recoveryPolicySchema = z.strictObject({
  version: versionSchema,
  latched: z.array(nameSchema),
  reattest: z.strictObject({
    severities: z.array(severitySchema),
    classes: z.array(nameSchema),
    /** Classes about no host, whatever their severity. */
    except: z.array(nameSchema).default([]),
  }),
  capture: z.strictObject({
    deadline: durationSchema,
    /** What a host is given: freezing, and all that is captured from it. */
    host_deadline: durationSchema.default(60_000),
    on_failure: z.enum(ON_CAPTURE_FAILURE).default('hold'),
    /** age public keys: who can read evidence, and who can read memory. Nobody's private key is here. */
    recipients: z
      .strictObject({
        evidence: z.array(recipientSchema).default([]),
        memory: z.array(recipientSchema).default([]),
      })
      .default({ evidence: [], memory: [] }),
    /** How long what was captured is kept, at least, from when it was. */
    retention: z
      .strictObject({
        evidence: durationSchema
          .refine(isSomeTime, 'must be longer than zero')
          .default(90 * DAY_MS),
        memory: durationSchema.refine(isSomeTime, 'must be longer than zero').default(30 * DAY_MS),
      })
      .default({ evidence: 90 * DAY_MS, memory: 30 * DAY_MS }),
  }),
  /** Absent for a severity: everything that the playbook says. */
  response: z.partialRecord(severitySchema, responseSchema).default({}),
  /** How much is done without a person. */
  breaker: breakerPolicySchema.prefault({}),
  service_levels: z.strictObject(
    Object.fromEntries(SEVERITIES.map((s) => [s, serviceLevelsSchema])) as Record<
      (typeof SEVERITIES)[number],
      typeof serviceLevelsSchema
    >,
  ),
});

/** `reporters.yaml`: the known sources, and what each may report, and how. */
export const reportersPolicySchema = z.strictObject({
  version: versionSchema,
  reporters: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), reporterSchema),
});

/** `notifications.yaml`: signed webhooks that are told of events. */
export const notificationsPolicySchema = z.strictObject({
  version: versionSchema,
  webhooks: z.array(
    z.strictObject({
      name: nameSchema,
      url: z.url({ protocol: /^https?$/ }),
      secret_file: z.string().min(1),
      events: z.array(z.string().min(1)).min(1),
      /** Whose it is: alerts for these roles go to it, whatever its events are. */
      alerts: z.array(z.enum(ROLES)).max(ROLES.length).optional(),
      min_severity: severitySchema.default('low'),
      timeout: durationSchema.default(5_000),
    }),
  ),
});

/** All policy files, parsed, with the digest over the exact bytes they were read from. */
export const policySchema = z.strictObject({
  digest: sha256Schema,
  containment: containmentPolicySchema,
  escalation: escalationPolicySchema,
  recovery: recoveryPolicySchema,
  targets: targetsPolicySchema,
  reporters: reportersPolicySchema,
  notifications: notificationsPolicySchema,
  attestation: attestationPolicySchema,
  baseline: baselinePolicySchema,
  triage: triagePolicySchema,
  /** What the alerts of each format become. An alert of a format without rules becomes nothing. */
  detectors: z.partialRecord(alertFormatSchema, detectorRulesSchema),
  /** By name. A class that only a playbook knows has its rule among those of `containment`. */
  playbooks: z.record(nameSchema, playbookInForceSchema),
});
export type Policy = z.output<typeof policySchema>;
export type Webhook = Policy['notifications']['webhooks'][number];
