import type { BaselineCheck, BaselineCheckOf } from '../../domain/baseline-policy.ts';
import type { CheckedIncident, CheckResult } from '../../domain/baseline-check.ts';
import type { Policy } from '../../domain/policy.ts';
import type { Reach } from '../../domain/inventory.ts';
import type { Endpoint, Place } from '../targets/endpoint.ts';

/** What a check is made with. */
export interface Surroundings {
  about: CheckedIncident;
  /** CORDON_HOME: what relative files are below. */
  home: string;
  /** The running policy; targets and systems are looked up in it. */
  policy: Pick<Policy, 'targets'>;
  /** The connection to a target of the running policy, or what is to be said where there is none. */
  target(name: string): Endpoint | Finding;
  /** The connection to another place that the running policy names. */
  at(place: Place): Endpoint;
  /** What the inventory says; absent where nobody keeps one. */
  known?: Known | undefined;
  /** Ends the check. */
  signal: AbortSignal;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Read anew for each check. Both throw what the inventory throws. */
export interface Known {
  /** The images that run. */
  images(): Promise<string[]>;
  /** What the subject can have reached of one kind, by the subject field that names it. */
  reached(reach: Reach, field: string): Promise<string[]>;
}

/** What came of a comparison. `unknown` is for whatever cannot be compared, never for what differs. */
export type Finding = Pick<CheckResult, 'verdict' | 'detail'>;

/** Makes the checks of one kind. What it throws is a comparison that could not be made. */
export type Checker<Kind extends BaselineCheck['kind']> = (
  check: BaselineCheckOf<Kind>,
  surroundings: Surroundings,
) => Promise<Finding>;

export const pass = (detail: string): Finding => ({ verdict: 'pass', detail });
export const fail = (detail: string): Finding => ({ verdict: 'fail', detail });
export const unknown = (detail: string): Finding => ({ verdict: 'unknown', detail });
