import type { ContainRequest, DestroyRequest } from '../src/domain/activities.ts';
import {
  type BeyondLimit,
  type BreakerLimit,
  type BreakerStep,
  limitOf,
  mostSubjects,
} from '../src/domain/breaker.ts';
import type { PlannedAction } from '../src/domain/plan.ts';
import type { ActivityDeps } from './deps.ts';

type Deps = Pick<ActivityDeps, 'ledger' | 'policy' | 'inventory' | 'now'>;

/** What is beyond the limit goes on all the same; the ledger says that it is. */
export async function countReversible(
  deps: Deps,
  request: ContainRequest | DestroyRequest,
): Promise<void> {
  const counted = request.actions.filter(
    ({ kind, destructive, resource }) => kind === 'target' && !destructive && isOneOfMany(resource),
  );
  await countSteps(deps, request.incident_id, counted);
}

/** The steps that go beyond the limit of their action, and why. */
export async function countSteps(
  deps: Deps,
  incident_id: string,
  actions: readonly PlannedAction[],
): Promise<BeyondLimit[]> {
  if (actions.length === 0) return [];
  const { breaker } = deps.policy().recovery;
  // A further subject's action has a name of its own, and counts as what it is.
  const limits = actions.map((planned) => {
    const action = planned.on?.action ?? planned.action;
    const { resource, destructive } = planned;
    return { action, resource, limit: limitOf(breaker, { action, destructive }) };
  });
  const fleet = limits.some(({ limit }) => limit.share !== undefined) ? await fleetOf(deps) : null;
  const steps = limits.map(({ limit, ...step }) => ({ ...step, ...most(limit, fleet) }));
  return deps.ledger.breaker.count({ incident_id, at_ms: deps.now(), steps });
}

function most(limit: BreakerLimit, fleet: number | null): Pick<BreakerStep, 'most' | 'window_ms'> {
  return { most: mostSubjects(limit, fleet), window_ms: limit.window };
}

/** What is held whole is one subject, however many incidents hold it. */
function isOneOfMany(resource: string): boolean {
  return resource.includes('#');
}

/** Null where the inventory cannot be read now: whoever counts by it must then do without. */
async function fleetOf({ inventory }: Deps): Promise<number | null> {
  try {
    return Object.keys((await inventory.read()).agents).length;
  } catch {
    return null;
  }
}
