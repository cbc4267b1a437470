import { setTimeout as delay } from 'node:timers/promises';
import type { BaselineChecks, CheckedIncident } from '../../domain/baseline-check.ts';
import type { BaselineCheck } from '../../domain/baseline-policy.ts';
import type { InventorySource } from '../../domain/inventory.ts';
import type { Policy } from '../../domain/policy.ts';
import type { TargetsPolicy } from '../../domain/targets.ts';
import type { Place } from '../targets/endpoint.ts';
import { createEndpointPool, type EndpointPool } from '../targets/endpoint-pool.ts';
import { unknown, type Finding, type Surroundings } from './checker.ts';
import { checkGitTree } from './git-tree.ts';
import { checkImageSignature } from './image-signature.ts';
import { inTurns } from './in-turns.ts';
import { knownFrom } from './known.ts';
import { checkRiskLedger } from './risk-ledger.ts';
import { checkSecretInventory } from './secret-inventory.ts';
import { checkSharedState } from './shared-state.ts';
import { checkSpireEntries } from './spire-entries.ts';
import { checkTargetState } from './target-state.ts';

/** Each may read a directory or a registry; a playbook's list must not take the machine from those who contain. */
const MOST_AT_ONCE = 4;
/** One that is told to end says itself what it was waiting for. */
const GRACE_MS = 500;
/** As the record takes it. */
const MOST_DETAIL = 2_000;

export interface BaselineDeps {
  /** The running policy, asked at every run. */
  policy: () => Pick<Policy, 'baseline' | 'targets'>;
  /** CORDON_HOME: what relative sockets and files are below. */
  home: string;
  /** Says which images run. */
  inventory?: InventorySource;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** The checks of the running policy. `close` ends their connections. */
export function createBaselineChecks(
  deps: BaselineDeps,
): BaselineChecks & { close(): Promise<void> } {
  const pool = createEndpointPool(deps.home);
  return {
    run: (names, about) =>
      inTurns(names, MOST_AT_ONCE, async (check) => {
        const { verdict, detail } = await find(deps, pool, check, about);
        const at = new Date(deps.now()).toISOString();
        return { check, verdict, detail: detail.toWellFormed().slice(0, MOST_DETAIL), at };
      }),
    close: () => pool.close(),
  };
}

async function find(
  { policy, home, inventory, now }: BaselineDeps,
  pool: EndpointPool,
  name: string,
  about: CheckedIncident,
): Promise<Finding> {
  const { baseline, targets } = policy();
  const check = Object.hasOwn(baseline.checks, name) ? baseline.checks[name] : undefined;
  if (check === undefined) return unknown(`baseline.yaml has no check ${name}`);
  const signal = AbortSignal.timeout(check.timeout_ms);
  const places = placesIn(targets);
  const at = (place: Place) => pool.at(place, places);
  const target = (of: string) => {
    const place = Object.hasOwn(targets.targets, of) ? targets.targets[of] : undefined;
    return place ? at(place) : unknown(`targets.yaml has no target ${of}`);
  };
  const known = inventory && knownFrom(inventory, about);
  const made = make(check, { about, home, policy: { targets }, target, at, known, signal, now });
  return inTime(made.catch(notCompared), check.timeout_ms + GRACE_MS);
}

/** Targets and systems under names of their own: connections to all others are closed. */
function placesIn({ targets, systems }: TargetsPolicy): Record<string, Place> {
  const named = Object.entries(systems).map(([name, of]) => [`system ${name}`, of]);
  return { ...targets, ...Object.fromEntries(named) };
}

async function make(check: BaselineCheck, surroundings: Surroundings): Promise<Finding> {
  switch (check.kind) {
    case 'target_state':
      return checkTargetState(check, surroundings);
    case 'shared_state':
      return checkSharedState(check, surroundings);
    case 'risk_ledger':
      return checkRiskLedger(check, surroundings);
    case 'git_tree':
      return checkGitTree(check, surroundings);
    case 'image_signature':
      return checkImageSignature(check, surroundings);
    case 'secret_inventory':
      return checkSecretInventory(check, surroundings);
    case 'spire_entries':
      return checkSpireEntries(check, surroundings);
  }
}

/** Whatever a comparison breaks off with, it has not been made. */
function notCompared(error: unknown): Finding {
  return unknown(error instanceof Error ? error.message : 'the comparison broke off');
}

async function inTime(made: Promise<Finding>, ms: number): Promise<Finding> {
  const late = new AbortController();
  const tooLate = delay(ms, unknown('it was not compared in time'), { signal: late.signal });
  try {
    return await Promise.race([made, tooLate.catch(() => made)]);
  } finally {
    late.abort();
  }
}
