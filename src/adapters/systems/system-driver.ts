import type { System, SystemKind, SystemOf, SystemStepName } from '../../domain/systems.ts';
import type { ActionRequest } from '../../domain/target.ts';
import type { Problem } from '../targets/problem.ts';

/** What is to be so: the step in force, or undone. */
export type Effect = 'apply' | 'release';

/** One step that a system of the running policy is asked for. */
export interface SystemCall<Kind extends SystemKind> {
  step: SystemStepName;
  system: SystemOf<Kind>;
  /** All that the running policy names, for a system that works together with another. */
  systems: Record<string, System>;
  request: ActionRequest;
}

/** What was measured, a phrase each: what is as it is to be, and what is not. */
export interface Reading {
  met: string[];
  unmet: string[];
}

/**
 * The systems of one kind, in their own protocol. Both calls end when the signal fires, and neither throws for anything
 * that a system does. Each can come again, and after its own death in the middle: what is done already stays done once.
 */
export interface SystemDriver<Kind extends SystemKind> {
  /** Does the step, or undoes it. Null where every call was accepted: whether it worked is for the reading to say. */
  act(call: SystemCall<Kind>, effect: Effect, signal: AbortSignal): Promise<Problem | null>;
  /** Measures by other calls than those that act, and changes nothing. */
  read(call: SystemCall<Kind>, effect: Effect, signal: AbortSignal): Promise<Reading | Problem>;
  close(): Promise<void>;
}

export type SystemDrivers = { [Kind in SystemKind]?: SystemDriver<Kind> };
