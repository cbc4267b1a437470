import type { BaselineChecks } from '../domain/baseline-check.ts';
import type { Commands } from '../domain/commands.ts';
import type { PlaceOfCustody } from '../domain/custody.ts';
import type { EvidenceRetention, EvidenceStore } from '../domain/evidence.ts';
import type { Ledger, Principals } from '../domain/ledger.ts';
import type { Policy } from '../domain/policy.ts';
import type { Principal } from '../domain/principal.ts';
import type { SafeMode } from '../domain/safe-mode.ts';
import type { StoreVerdict } from '../domain/store-verdict.ts';
import type { Intake } from '../intake/intake.ts';
import type { IncidentRelations } from '../intake/relate-incidents.ts';
import type { Log } from '../intake/log.ts';
import type { SignalTokens } from '../intake/signal-token.ts';
import type { Door } from './alerts/door.ts';
import type { Exporter } from './export.ts';
import type { Metrics } from './metrics.ts';
import type { Tail } from './tail.ts';

/** Everything the API stands on. Each member is as narrow as the routes need it. */
export interface ShimDeps {
  ledger: Pick<
    Ledger,
    | 'alerts'
    | 'log'
    | 'register'
    | 'outbox'
    | 'breaker'
    | 'safeMode'
    | 'keeping'
    | 'custodyClock'
    | 'sweeps'
  >;
  store: Pick<EvidenceStore, 'read' | 'put'> & EvidenceRetention;
  /** Where this server is, as custody records say it. */
  place: PlaceOfCustody;
  intake: Intake;
  /** What people find out about incidents that belong together, or do not. */
  relations: IncidentRelations;
  /** Where detectors come in. */
  door: Door;
  commands: Commands;
  /** Sees to it that an unfinished incident gets a workflow; true where it is unfinished. */
  revive(incidentId: string): Promise<boolean>;
  /** Reads the Authorization header. */
  authenticate: (authorization: string | undefined) => Promise<Principal | 'missing' | 'invalid'>;
  /** Whoever has that name, a revoked one included; null for nobody. */
  principalNamed: Principals['byName'];
  /** Faults: `safe_mode_held`, `gate_unavailable`. */
  leaveSafeMode(by: string): Promise<SafeMode>;
  /** A short-lived token with which this person, and nobody else, may signal this incident. */
  mintSignalToken: SignalTokens['mint'];
  policy: {
    current(): Pick<Policy, 'digest' | 'containment' | 'targets' | 'baseline'>;
    /** Throws `PolicyError`; the policy in force then stays. */
    reload(actor: string): Promise<Pick<Policy, 'digest'>>;
  };
  baseline: BaselineChecks;
  exporter: Exporter;
  /** `since`: the instant of the last change. */
  engineStatus: () => { connected: boolean; since: string };
  notifierStatus: () => NotifierStatus[];
  /** Null where no manifest is to be time-stamped. */
  timestampStatus: () => TimestampStatus | null;
  evidenceStatus: () => EvidenceStatus;
  tail: Tail;
  metrics: Metrics;
  config: ShimConfig;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
}

export interface NotifierStatus {
  name: string;
  reached: number;
  /** '' while it is well. */
  failing_since: string;
}

export interface TimestampStatus {
  /** The host of the authority. */
  tsa: string;
  waiting: number;
  /** '' for none. */
  waiting_since: string;
  /** '' while it is well. */
  failing_since: string;
}

export interface EvidenceStatus {
  kind: StoreVerdict['store'];
  /** Whether the store is set up to refuse what was tried. */
  claims: boolean;
  /** What was tried the last time; null until then. */
  verdict: StoreVerdict | null;
  /** Why it could not be tried; '' where it could. */
  problem: string;
}

export interface ShimConfig {
  /** Reads need no credential: for a listener that only this machine can reach. */
  openReads: boolean;
  /** Names, without a port, by which this API may be called; empty for any. */
  allowedHosts: readonly string[];
}
