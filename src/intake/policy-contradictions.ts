import { incidentEventSchema } from '../domain/events.ts';
import type { Policy } from '../domain/policy.ts';
import type { PartFinding } from './policy-issues.ts';
import { NOTES } from './notes.ts';
import type { PolicyPart } from './policy-source.ts';
import { brokenTrees, unknownInTriage } from './policy-triage.ts';

/**
 * What no file can see alone: names that one uses and no other defines. A default of ours that stands in for what the
 * operator did not write may speak of classes that the rules leave out; there it is without effect.
 */
export function contradictions(
  policy: Policy,
  isDefault: (finding: PartFinding) => boolean,
): PartFinding[] {
  return [
    ...unknownActions(policy),
    ...unknownResponses(policy).filter((finding) => !isDefault(finding)),
    ...stepsOfNoHost(policy),
    ...unknownEdges(policy),
    ...[...unknownClasses(policy), ...unknownInTriage(policy)].filter(
      (finding) => !isDefault(finding),
    ),
    ...brokenTrees(policy),
    ...reservedSources(policy),
    ...certificatesNamedTwice(policy),
    ...webhooksNamedTwice(policy),
    ...unknownEvents(policy),
    ...checksOfNothing(policy),
  ];
}

function unknownActions({ containment, escalation, targets }: Policy): PartFinding[] {
  return named({ containment, escalation })
    .filter(({ action }) => !Object.hasOwn(targets.actions, action))
    .map(({ action, part, path }) => ({
      ...{ part, path },
      reason: `targets.yaml has no action ${action}`,
    }));
}

/** An action of ours that an operator's own targets do not have is not taken. */
function unknownResponses({ recovery, targets }: Policy): PartFinding[] {
  return Object.entries(recovery.response).flatMap(([severity, { actions }]) =>
    actions.flatMap((action, at) =>
      Object.hasOwn(targets.actions, action)
        ? []
        : {
            part: 'recovery' as const,
            path: ['response', severity, 'actions', at],
            reason: `targets.yaml has no action ${action}`,
          },
    ),
  );
}

/** A step of a host's agent where no host has one would fail in every incident. */
function stepsOfNoHost({ attestation, targets, ...policy }: Policy): PartFinding[] {
  if (Object.keys(attestation.hosts).length > 0) return [];
  const isStep = (name: string) => {
    const action = Object.hasOwn(targets.actions, name) ? targets.actions[name] : undefined;
    return action !== undefined && ('host' in action || 'edge' in action);
  };
  return named(policy)
    .filter(({ action }) => isStep(action))
    .map(({ action, part, path }) => ({
      ...{ part, path },
      reason: `${action} is for a host's agent, and attestation.yaml has no host`,
    }));
}

function unknownEdges({ attestation, targets }: Policy): PartFinding[] {
  return Object.entries(targets.actions).flatMap(([name, action]) => {
    if (!('edge' in action) || action.at === undefined) return [];
    if (Object.hasOwn(attestation.hosts, action.at)) return [];
    const reason = `attestation.yaml has no host ${action.at}`;
    return [{ part: 'targets', path: ['actions', name, 'at'], reason } as const];
  });
}

/** Every place where an action is asked for. */
function named({ containment, escalation }: Pick<Policy, 'containment' | 'escalation'>) {
  const places = (part: PolicyPart, place: string, of: Record<string, { actions: string[] }>) =>
    Object.entries(of).flatMap(([name, { actions }]) =>
      actions.map((action, at) => ({ action, part, path: [place, name, 'actions', at] })),
    );
  return [
    ...places('containment', 'rules', containment.rules),
    ...places('escalation', 'windows', escalation.windows),
  ];
}

function unknownClasses(policy: Policy): PartFinding[] {
  const { containment, escalation, recovery, reporters, attestation } = policy;
  const unknown = (part: PolicyPart, name: string, path: PropertyKey[]): PartFinding[] =>
    Object.hasOwn(containment.rules, name)
      ? []
      : [{ part, path, reason: `incident-containment.yaml has no rule for ${name}` }];
  const unknownOf = (part: PolicyPart, names: string[], path: PropertyKey[]) =>
    names.flatMap((name, index) => unknown(part, name, [...path, index]));
  return [
    ...Object.keys(escalation.windows).flatMap((name) =>
      unknown('escalation', name, ['windows', name]),
    ),
    ...unknownOf('recovery', recovery.latched, ['latched']),
    ...unknownOf('recovery', recovery.reattest.classes, ['reattest', 'classes']),
    ...unknownOf('recovery', recovery.reattest.except, ['reattest', 'except']),
    ...Object.entries(reporters.reporters).flatMap(([source, { classes }]) =>
      classes.flatMap((name) => unknown('reporters', name, ['reporters', source])),
    ),
    ...Object.entries(attestation.groups).flatMap(([group, { reset_required }]) =>
      unknownOf('attestation', reset_required, ['groups', group, 'reset_required']),
    ),
  ];
}

/**
 * Taken below `tokens/` by the first person, the service, and the directory of the targets' own tokens; and by Cordon,
 * which reports itself.
 */
const RESERVED = ['admin', 'service', 'targets', 'cordon'];

function reservedSources({ reporters: { reporters } }: Policy): PartFinding[] {
  return RESERVED.filter((name) => Object.hasOwn(reporters, name)).map((name) => ({
    part: 'reporters',
    path: ['reporters', name],
    reason: 'is a reserved name',
  }));
}

/** A certificate says who somebody is, so it cannot be two. */
function certificatesNamedTwice({ reporters: { reporters } }: Policy): PartFinding[] {
  const holders = new Map<string, string>();
  return Object.entries(reporters).flatMap(([source, { certificate }]) => {
    const holder = holders.get(certificate);
    if (certificate !== '' && holder === undefined) holders.set(certificate, source);
    return holder === undefined
      ? []
      : {
          part: 'reporters',
          path: ['reporters', source, 'certificate'],
          reason: `${holder} has the certificate ${certificate} already`,
        };
  });
}

/** The name is what a webhook's progress through the ledger is kept by. */
function webhooksNamedTwice({ notifications: { webhooks } }: Policy): PartFinding[] {
  const names = webhooks.map(({ name }) => name);
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : {
          part: 'notifications',
          path: ['webhooks', index, 'name'],
          reason: `another webhook is named ${name}`,
        },
  );
}

const EVENTS: ReadonlySet<string> = new Set([
  ...incidentEventSchema.options.map(({ shape }) => shape.type.value),
  ...NOTES,
]);

const SYSTEM_OF = { spire_entries: 'spire', secret_inventory: 'onepassword' } as const;

/** A check of what targets.yaml does not name would be `unknown` for ever. */
function checksOfNothing({ baseline, targets }: Policy): PartFinding[] {
  const finding = (check: string, member: string, reason: string): PartFinding[] => [
    { part: 'baseline', path: ['checks', check, member], reason },
  ];
  return Object.entries(baseline.checks).flatMap(([name, check]) => {
    if ('target' in check && !Object.hasOwn(targets.targets, check.target)) {
      return finding(name, 'target', `targets.yaml has no target ${check.target}`);
    }
    if (!('system' in check)) return [];
    const kind = SYSTEM_OF[check.kind];
    if (targets.systems[check.system]?.kind === kind) return [];
    return finding(
      name,
      'system',
      `targets.yaml has no system of kind ${kind} named ${check.system}`,
    );
  });
}

/** A webhook that waits for a misspelt event would be silent for ever. */
function unknownEvents({ notifications: { webhooks } }: Policy): PartFinding[] {
  return webhooks.flatMap(({ events }, webhook) =>
    events.flatMap((event, index) =>
      EVENTS.has(event)
        ? []
        : {
            part: 'notifications',
            path: ['webhooks', webhook, 'events', index],
            reason: `there is no event ${event}`,
          },
    ),
  );
}
