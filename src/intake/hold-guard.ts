import { actionRequest } from '../domain/action-request.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { HoldKey, Ledger } from '../domain/ledger.ts';
import type { TargetDriver } from '../domain/target.ts';
import type { Log } from './log.ts';

/** How long a containment may be gone before it is noticed. */
const LOOK_EVERY_MS = 15_000;

/** One server looks; another takes over when it is gone. */
const LEASE_MS = 40_000;
const NAME = 'hold-guard';

/** A read of a status document; what takes longer is looked at next time. */
const READ_TIMEOUT_MS = 3_000;

/** Reads under way at once: many hosts are looked at in seconds, and no burst of connections is made for it. */
const AT_ONCE = 8;

export interface HoldGuardDeps {
  ledger: Pick<Ledger, 'holds' | 'register' | 'followers'>;
  targets: Pick<TargetDriver, 'verify'>;
  /** Tells the incident's workflow that an action is no longer in force. */
  tellLost(incidentId: string, loss: { action: string; detail: string }): Promise<void>;
  owner: string;
  now(): number;
  log: Log;
}

/** Looks at all that is held, again and again: a target that was restarted may have forgotten that it is contained. */
export function startHoldGuard(deps: HoldGuardDeps): { stop(): void } {
  const look = async () => {
    try {
      await lookOnce(deps);
    } catch (error) {
      deps.log.warn({ err: error }, 'what is held could not be looked at');
    }
  };
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

/** One look at everything, where no other server is about it. */
export async function lookOnce(deps: HoldGuardDeps): Promise<void> {
  const { ledger, owner, now } = deps;
  const turn = await ledger.followers.take(NAME, owner, now(), now() + LEASE_MS);
  if (turn === null) return;
  const held = await ledger.holds.inForce();
  while (held.length > 0) {
    await Promise.all(held.splice(0, AT_ONCE).map((key) => lookAtOne(deps, key)));
  }
}

/** A workflow that cannot be told of its loss must not keep the others from being looked at. */
async function lookAtOne(deps: HoldGuardDeps, key: HoldKey): Promise<void> {
  try {
    await lookAt(deps, key);
  } catch (error) {
    deps.log.warn({ err: error, ...key }, 'a hold could not be looked at');
  }
}

async function lookAt(deps: HoldGuardDeps, { incident_id, resource }: HoldKey): Promise<void> {
  const incident = await deps.ledger.register.incident(incident_id);
  const step = incident?.containment_actions.find((action) => action.resource === resource);
  // One that is not in force yet is being tried by its own workflow.
  if (!incident || step?.status !== 'contained' || incident.resolved_at !== '') return;
  const outcome = await deps.targets.verify(readingOf(incident, step));
  // Only a measurement counts: a target that does not answer has not said that it is free.
  if (outcome.status === 'contained' || !['ok', 'no_effect'].includes(outcome.reason)) return;
  deps.log.error({ incident: incident_id, resource }, 'a containment is no longer in force');
  await deps.tellLost(incident_id, { action: step.action, detail: outcome.detail });
}

function readingOf(incident: Incident, step: Incident['containment_actions'][number]) {
  const { id: incident_id, description: reason, severity, subject } = incident;
  const facts = { incident_id, class: incident.class, severity, reason, subject };
  return actionRequest(facts, step, { effect: 'apply', timeout_ms: READ_TIMEOUT_MS });
}
