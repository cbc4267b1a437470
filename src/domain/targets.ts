import { z } from 'zod';
import { durationSchema } from './duration.ts';
import { neverBlockedSchema } from './host-blocking.ts';
import { containStepSchema, reachableSchema } from './host-containment.ts';
import { fileSchema, hasOnePlace, ONE_PLACE, placeFields, timeoutMs } from './place.ts';
import { type Role, ROLES } from './principal.ts';
import { SYSTEM_STEPS, type System, systemSchema, systemStepSchema } from './systems.ts';

const DEFAULT_ACTION_TIMEOUT_MS = 5_000;
/** A host's agent gives what it kills five seconds to die, and measures before and after. */
const DEFAULT_HOST_TIMEOUT_MS = 20_000;
/** Several calls, one after another, and the reading behind them. */
const DEFAULT_SYSTEM_TIMEOUT_MS = 20_000;
/** An attestor allows itself 5 s for each TPM command and 30 s to answer. */
const DEFAULT_ATTESTOR_TIMEOUT_MS = 35_000;

const name = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/, 'a name is lower-case letters, digits, - and _');
const path = z
  .string()
  .regex(/^\/[\w./~-]*$/, 'a path starts with / and has no query')
  .refine((value) => !value.includes('//') && !value.includes('..'), 'a path has no // and no ..');

/** What a target gives as evidence beside its status document. */
const artifactsSchema = z
  .strictObject({
    paths: z.record(name, path),
    /** Query parameters by which they are narrowed down → the field of the subject. */
    subject: z.record(name, name).default({}),
    /** The parameters for the incident's time, in milliseconds since the epoch. */
    window: z.strictObject({ from: name, to: name }).optional(),
    /** Those that are never narrowed down: a part of a hash chain proves nothing. */
    whole: z.array(name).default([]),
  })
  .refine(
    ({ paths, whole }) => whole.every((each) => Object.hasOwn(paths, each)),
    'whole names what paths has',
  );

const targetSchema = z
  .strictObject({
    ...placeFields,
    /** Read as it is for capture. */
    status: path,
    artifacts: artifactsSchema.optional(),
  })
  .refine(hasOnePlace, ONE_PLACE);

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** A field of the incident's subject, and what stands for it when the subject does not have it. */
const subjectField = z.strictObject({ subject: name, otherwise: z.string() });
/** The id of the incident for which it is done. */
const incidentId = z.strictObject({ incident: z.literal('id') });
const member = z.union([scalar, subjectField, incidentId]);
const expectation = z.union([
  scalar,
  z.strictObject({ includes: member }),
  z.strictObject({ excludes: member }),
]);
const dottedPath = z.string().regex(/^[^.]+(\.[^.]+)*$/, 'a dotted path');
/** Dotted path into the status document → the value there, or what the list there has or lacks. */
const expectSchema = z
  .record(dottedPath, expectation)
  .refine((value) => Object.keys(value).length > 0, 'expect at least one thing');

/** Members that say the same in every call. */
const constants = z.record(name, scalar);

/** What every order says by itself. */
const SAID = ['action', 'reason', 'incident_id', 'class', 'severity', 'subject'];

const applySchema = z.strictObject({
  path,
  /** Members of the order beside those that every order has. */
  body: constants
    .refine((value) => SAID.every((said) => !Object.hasOwn(value, said)), 'is said by every order')
    .default({}),
});

/**
 * Work that the target is asked for as whoever is contained would ask, and has to refuse: another way to see the effect
 * than the state, which says only what the target believes. Asked once the state is as expected, never before.
 */
const probeSchema = z.strictObject({
  path,
  body: constants.default({}),
  /** Members of the body that are fields of the subject. */
  subject: z.record(name, name).default({}),
  /** Once for each member of a list in the state, the body naming it as this. */
  each: z.strictObject({ of: dottedPath, as: name }).optional(),
  /** What a refusal is answered with. */
  status: z.int().min(400).max(499),
  expect: expectSchema,
});

/** What is read of a target, and what it must say. */
export const verifySchema = z.strictObject({
  path,
  /** Subject fields sent as the query, `*` for one that the subject does not have. */
  query: z.array(name).default([]),
  expect: expectSchema,
  probe: probeSchema.optional(),
});

const targetActionSchema = z
  .strictObject({
    target: name,
    /** Stops the clock for evidence: done first, and by the reflex. */
    freeze: z.boolean().default(false),
    /** Destroys evidence, so it waits for capture. */
    destructive: z.boolean().default(false),
    timeout_ms: timeoutMs.default(DEFAULT_ACTION_TIMEOUT_MS),
    /** Subject fields that tell one held thing from another; none: the target is held whole. */
    scope: z.array(name).default([]),
    apply: applySchema,
    verify: verifySchema,
    /**
     * `expect` is compared with the same read as `verify`. `manual`: released only by people. `none`: nothing is left
     * to be undone.
     */
    release: z.union([z.enum(['manual', 'none']), z.strictObject({ path, expect: expectSchema })]),
  })
  .refine(
    ({ freeze, destructive }) => !(freeze && destructive),
    'a freeze comes before any evidence, and so must destroy none',
  );

/**
 * Carried out by the agent of the host that the incident is about, on what it names there. What is destroyed by it, and
 * how it is released, lies in the step.
 */
const hostActionSchema = z
  .strictObject({
    host: containStepSchema,
    timeout_ms: timeoutMs.default(DEFAULT_HOST_TIMEOUT_MS),
    /** Of an isolation: networks that stay reachable, e.g. where logs go. */
    allow: z.array(reachableSchema).max(64).default([]),
    /** Of a recycling: the action that, where it is in force on its image, keeps that from being started again. */
    unless: name.optional(),
  })
  .refine(
    ({ host, allow }) => host === 'isolate_network' || allow.length === 0,
    'only isolate_network leaves networks reachable',
  )
  .refine(
    ({ host, unless }) => (host === 'recycle') === (unless !== undefined),
    'recycle, and nothing else, needs unless: the action that blocks images',
  );

/** Thirty days, as far as an agent goes. */
const LONGEST_BLOCK_MS = 2_592_000_000;

/** Carried out by the agent of a host at the edge, on the address that the subject names. Measured, and undone, there. */
const edgeActionSchema = z.strictObject({
  edge: z.literal('block_source'),
  /** The host at the edge; absent: that of the subject. */
  at: z.string().min(1).max(253).optional(),
  timeout_ms: timeoutMs.default(DEFAULT_HOST_TIMEOUT_MS),
  /** Our own networks, and those that must reach us. */
  never: neverBlockedSchema.default([]),
  /** How long the kernel keeps it where nobody applies it again; as long as the incident lasts, it is. */
  for: durationSchema.refine((ms) => ms >= 1_000 && ms <= LONGEST_BLOCK_MS, 'is from 1s to 30d'),
});

/** What the plan names as the target of a step that a host's agent carries out. */
export const HOST_AGENT = 'host-agent';

/** Carried out by a system in its own protocol; what it holds, and how it is released, lies in the step. */
const systemActionSchema = z.strictObject({
  system: name,
  step: systemStepSchema,
  timeout_ms: timeoutMs.default(DEFAULT_SYSTEM_TIMEOUT_MS),
});

/** Carried out by Cordon's own ledger: recording it is the whole effect. */
const ledgerActionSchema = z.strictObject({
  ledger: z.literal(true),
  /** Whom it alerts: the persons who have this role, and the webhooks that are theirs. */
  alerts: z.enum(ROLES).optional(),
});

const attestorSchema = z
  .strictObject({
    ...placeFields,
    /** 64 hex digits: the key of the answer's HMAC. */
    hmac_key_file: fileSchema,
    timeout_ms: timeoutMs.default(DEFAULT_ATTESTOR_TIMEOUT_MS),
    /** Assurance that is good enough to release on. */
    assurance: z.array(z.enum(['hardware', 'software'])).min(1),
    /** The hosts it speaks for; absent: every host that no other attestor names. */
    hosts: z.array(z.string().min(1)).min(1).optional(),
  })
  .refine(hasOnePlace, ONE_PLACE);

function isOfTarget(actions: Record<string, object>, action: string): boolean {
  return Object.hasOwn(actions, action) && 'target' in Object(actions[action]);
}

function hasGate(system: System, targets: Record<string, unknown>): boolean {
  return system.kind === 'cordon' && Object.hasOwn(targets, system.gate ?? '');
}

/** `targets.yaml`: where each action goes, how its effect is read, and who attests a host. */
export const targetsPolicySchema = z
  .strictObject({
    version: z.literal(1),
    targets: z.record(name, targetSchema),
    systems: z.record(name, systemSchema).default({}),
    actions: z.record(
      name,
      z.union([
        targetActionSchema,
        hostActionSchema,
        edgeActionSchema,
        systemActionSchema,
        ledgerActionSchema,
      ]),
    ),
    attestors: z.record(name, attestorSchema).default({}),
  })
  .superRefine((policy, context) => {
    if (Object.hasOwn(policy.targets, HOST_AGENT)) {
      const message = 'is what the agents of hosts are called';
      context.addIssue({ code: 'custom', path: ['targets', HOST_AGENT], message });
    }
    for (const [system, of] of Object.entries(policy.systems)) {
      const say = (message: string, ...below: string[]) =>
        context.addIssue({ code: 'custom', path: ['systems', system, ...below], message });
      if (Object.hasOwn(policy.targets, system)) say('is what a target is called');
      if (of.kind !== 'spire' || policy.systems[of.authorizer]?.kind === 'opa') continue;
      say(`no system of kind opa is named ${of.authorizer}`, 'authorizer');
    }
    for (const [action, to] of Object.entries(policy.actions)) {
      if ('system' in to) {
        const { kind } = SYSTEM_STEPS[to.step];
        const system = policy.systems[to.system];
        const isOf = system?.kind === kind;
        if (isOf && (to.step !== 'safe_mode' || hasGate(system, policy.targets))) continue;
        const message = isOf
          ? `${to.system} names no target as the gate that safe mode closes`
          : `no system of kind ${kind} is named ${to.system}`;
        context.addIssue({ code: 'custom', path: ['actions', action, 'system'], message });
      }
      if ('host' in to && to.unless !== undefined && !isOfTarget(policy.actions, to.unless)) {
        const message = `no action of a target is named ${to.unless}`;
        context.addIssue({ code: 'custom', path: ['actions', action, 'unless'], message });
      }
      if ('target' in to && !Object.hasOwn(policy.targets, to.target)) {
        const message = `no target is named ${to.target}`;
        context.addIssue({ code: 'custom', path: ['actions', action, 'target'], message });
      }
    }
  });

export type TargetsPolicy = z.infer<typeof targetsPolicySchema>;
export type TargetAction = z.infer<typeof targetActionSchema>;
export type HostAction = z.infer<typeof hostActionSchema>;
export type EdgeAction = z.infer<typeof edgeActionSchema>;
export type SystemAction = z.infer<typeof systemActionSchema>;
export type AttestorPlace = z.infer<typeof attestorSchema>;
export type Target = z.infer<typeof targetSchema>;
export type Probe = z.infer<typeof probeSchema>;
export type Expectations = z.infer<typeof expectSchema>;

/** Whom an action of the ledger alerts; undefined where nobody in particular. */
export function roleAlerted(
  { actions }: Pick<TargetsPolicy, 'actions'>,
  asked: string,
): Role | undefined {
  const action = Object.hasOwn(actions, asked) ? actions[asked] : undefined;
  return action !== undefined && 'ledger' in action ? action.alerts : undefined;
}
