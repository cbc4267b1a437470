import { isFinalStep } from './host-containment.ts';
import { PLACE, THING } from './plan-action.ts';
import type { ActionTemplate } from './playbook-plan.ts';
import type { Policy } from './policy.ts';
import { SYSTEM_STEPS } from './systems.ts';
import {
  type EdgeAction,
  HOST_AGENT,
  type HostAction,
  type SystemAction,
  type TargetAction,
} from './targets.ts';

const LEDGER_TIMEOUT_MS = 5_000;

/** An action of the policy as it can be planned on any subject. Throws `RangeError` for one that there is not. */
export function templateOf(
  { targets, attestation }: Pick<Policy, 'targets' | 'attestation'>,
  name: string,
): ActionTemplate {
  const action = Object.hasOwn(targets.actions, name) ? targets.actions[name] : undefined;
  if (action === undefined) throw new RangeError(`no target carries out ${name}`);
  if ('ledger' in action) return ledgerStep(name);
  if ('host' in action) return onHost(name, action, attestation.unnamed_host ?? '');
  if ('edge' in action) return atEdge(name, action, attestation.unnamed_host ?? '');
  if ('system' in action) return onSystem(name, action);
  return onTarget(name, action);
}

const COMMON = { freeze: false, destructive: false, unnamed_host: '' } as const;
function ledgerStep(action: string): ActionTemplate {
  const timeout_ms = LEDGER_TIMEOUT_MS;
  return {
    ...COMMON,
    action,
    target: 'ledger',
    kind: 'ledger',
    release: 'none',
    timeout_ms,
    scope: [],
  };
}

function onTarget(name: string, action: TargetAction): ActionTemplate {
  const { target, freeze, destructive, timeout_ms, scope } = action;
  const release = typeof action.release === 'string' ? action.release : 'automatic';
  const kind = 'target';
  return { ...COMMON, kind, action: name, target, freeze, destructive, release, timeout_ms, scope };
}

function onSystem(name: string, { system, step, timeout_ms }: SystemAction): ActionTemplate {
  const { scope, destructive, release } = SYSTEM_STEPS[step];
  return {
    ...COMMON,
    kind: 'target',
    action: name,
    target: system,
    destructive,
    release,
    timeout_ms,
    scope: [...scope],
  };
}

/** What is dead stays dead; the other steps leave the subject as it was when they are released. */
function onHost(
  name: string,
  { host, timeout_ms }: HostAction,
  unnamed_host: string,
): ActionTemplate {
  const isFinal = isFinalStep(host);
  return {
    ...COMMON,
    kind: 'target',
    action: name,
    target: HOST_AGENT,
    destructive: isFinal,
    release: isFinal ? 'none' : 'automatic',
    timeout_ms,
    scope: ['host', THING],
    unnamed_host,
  };
}

function atEdge(
  action: string,
  { at, timeout_ms }: EdgeAction,
  unnamed_host: string,
): ActionTemplate {
  return {
    ...COMMON,
    kind: 'target',
    action,
    target: HOST_AGENT,
    release: 'automatic',
    timeout_ms,
    scope: [at === undefined ? 'host' : PLACE, 'address'],
    unnamed_host: at ?? unnamed_host,
  };
}
