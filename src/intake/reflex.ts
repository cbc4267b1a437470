import { actionRequest } from '../domain/action-request.ts';
import type { RecordedEvent } from '../domain/events.ts';
import type { HoldKey, Ledger } from '../domain/ledger.ts';
import type { IncidentInput } from '../domain/messages.ts';
import type { PlannedAction } from '../domain/plan.ts';
import type { TargetDriver } from '../domain/target.ts';
import type { Log } from './log.ts';

/** A release waits this long for a reflex that may still be on its way; the call itself ends well before. */
export const REFLEX_PATIENCE_MS = 5_000;

/** The longest a target may take to answer a reflex. */
const CALL_TIMEOUT_MS = 2_000;

/** Calls under way at once; the rest wait their turn, and give up when their patience is over. */
const MOST_IN_FLIGHT = 64;

export interface Reflex {
  /** Freezes at once, best effort; what comes of it is an observation. Never throws, never awaited. */
  fire(input: IncidentInput): void;
  /** Resolves when what is under way is over. */
  settle(): Promise<void>;
}

export interface ReflexDeps {
  targets: Pick<TargetDriver, 'poke'>;
  ledger: Pick<Ledger, 'log' | 'holds'>;
  now(): number;
  log: Log;
  /** Told of every reflex, for the metrics. */
  observed?(outcome: 'applied' | 'failed' | 'late', tookMs: number): void;
}

interface Shot {
  input: IncidentInput;
  action: PlannedAction;
  firedAtMs: number;
}

/** The same freeze that the workflow will apply and verify, under the same key, milliseconds after the report. */
export function createReflex(deps: ReflexDeps): Reflex {
  const waiting: Shot[] = [];
  const flying = new Set<Promise<void>>();

  return {
    fire(input) {
      const firedAtMs = deps.now();
      for (const action of input.plan.actions.filter((a) => a.freeze)) {
        waiting.push({ input, action, firedAtMs });
      }
      pump();
    },
    async settle() {
      while (flying.size > 0) await Promise.all(flying);
    },
  };

  function pump(): void {
    while (flying.size < MOST_IN_FLIGHT) {
      const shot = waiting.shift();
      if (shot === undefined) return;
      const flight = shoot(deps, shot)
        .catch((error: unknown) => deps.log.warn({ err: error }, 'a reflex was not recorded'))
        .finally(() => {
          flying.delete(flight);
          pump();
        });
      flying.add(flight);
    }
  }
}

async function shoot(deps: ReflexDeps, { input, action, firedAtMs }: Shot): Promise<void> {
  const key = { incident_id: input.id, resource: action.resource };
  if (!(await isStillWanted(deps, key, firedAtMs))) {
    deps.observed?.('late', deps.now() - firedAtMs);
    return;
  }
  const { id: incident_id, description: reason, subject, plan } = input;
  const facts = { incident_id, class: input.class, severity: plan.severity, reason, subject };
  const timeout_ms = Math.min(action.timeout_ms, CALL_TIMEOUT_MS);
  const request = actionRequest(facts, action, { effect: 'apply', timeout_ms });
  const outcome = await deps.targets.poke(request);
  const applied = outcome.status !== 'failed';
  const tookMs = deps.now() - firedAtMs;
  deps.observed?.(applied ? 'applied' : 'failed', tookMs);
  const event = { type: 'reflex', action: action.action, target: action.target } as const;
  const seen: RecordedEvent = {
    key: `reflex/${action.action}`,
    at: new Date(deps.now()).toISOString(),
    actor: 'cordon',
    event: { ...event, applied, detail: outcome.detail, took_ms: tookMs },
  };
  await Promise.all([deps.ledger.holds.reflexDone(key), deps.ledger.log.append(input.id, [seen])]);
}

/** A shot that had to wait might come after the release; one sent at once cannot. */
async function isStillWanted(deps: ReflexDeps, key: HoldKey, firedAtMs: number): Promise<boolean> {
  const waitedMs = deps.now() - firedAtMs;
  if (waitedMs === 0) return true;
  if (waitedMs > REFLEX_PATIENCE_MS - CALL_TIMEOUT_MS) return false;
  return deps.ledger.holds.mayApply(key, deps.now());
}
