import { z } from 'zod';
import type { RangeStore } from '../store.ts';
import { document } from './runtime-state.ts';

export const PHASES = ['shadow', 'log_only', 'enforce_new', 'enforce_all'] as const;
export const phaseSchema = z.enum(PHASES);
export type Phase = z.infer<typeof phaseSchema>;

export const windowStatsSchema = z.strictObject({
  total_decisions: z.int().nonnegative(),
  false_positive_count: z.int().nonnegative(),
  error_count: z.int().nonnegative(),
  avg_latency_ms: z.number().nonnegative(),
});
type WindowStats = z.infer<typeof windowStatsSchema>;

const rolloutSchema = z.strictObject({
  phase: phaseSchema,
  enforce: z.boolean(),
  /** The phase that a rollback has left, until it is reached again; null where there was none. */
  rolled_back_from: phaseSchema.nullable(),
  window_stats: windowStatsSchema,
});
type Rollout = z.infer<typeof rolloutSchema>;

/** Beyond any of these the controller does more harm than good, and goes back to watching. */
const MOST_FALSE_POSITIVES = 0.05;
const MOST_ERRORS = 0.02;
const MOST_LATENCY_MS = 50;

export const rollout = document('rollout', rolloutSchema, {
  phase: 'enforce_all',
  enforce: true,
  rolled_back_from: null,
  window_stats: {
    total_decisions: 0,
    false_positive_count: 0,
    error_count: 0,
    avg_latency_ms: 1,
  },
});

/** Going back is remembered; coming back to where it was ends that. */
export function inPhase(before: Rollout, phase: Phase): Rollout {
  const from = before.rolled_back_from;
  const isBack = PHASES.indexOf(phase) < PHASES.indexOf(before.phase);
  const isThere = from !== null && PHASES.indexOf(phase) >= PHASES.indexOf(from);
  return {
    ...before,
    phase,
    enforce: phase.startsWith('enforce'),
    rolled_back_from: isBack ? (from ?? before.phase) : isThere ? null : from,
  };
}

export function advanced(before: Rollout): Rollout {
  return inPhase(before, PHASES[PHASES.indexOf(before.phase) + 1] ?? before.phase);
}

export function countDecision(store: RangeStore): void {
  const state = rollout.read(store);
  const { window_stats } = state;
  const total_decisions = window_stats.total_decisions + 1;
  rollout.write(store, { ...state, window_stats: { ...window_stats, total_decisions } });
}

/** Why these decisions end enforcement; undefined where they do not. */
export function rollbackTrigger(stats: WindowStats): string | undefined {
  const share = (count: number) => count / Math.max(1, stats.total_decisions);
  if (share(stats.false_positive_count) > MOST_FALSE_POSITIVES) return 'max_false_positive_rate';
  if (share(stats.error_count) > MOST_ERRORS) return 'max_error_rate';
  if (stats.avg_latency_ms > MOST_LATENCY_MS) return 'max_latency_ms';
  return undefined;
}
