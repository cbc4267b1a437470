import type { AlertFormatName } from '../domain/alert.ts';
import type { Enrolment } from '../domain/enrolment.ts';
import type { EvidenceRef, EvidenceStore } from '../domain/evidence.ts';
import type { Inventory } from '../domain/inventory.ts';
import type { Head, Ledger } from '../domain/ledger.ts';
import type { PcrValues } from '../domain/pcr-policy.ts';
import type { Subject } from '../domain/report.ts';
import type { VerifyTimestamp } from '../evidence/timestamp.ts';
import type { CustodyReport } from '../evidence/verify-custody.ts';
import type { TimestampMiss, TimestampReport } from '../evidence/verify-timestamps.ts';
import type { EnrolRequest } from '../enrolment/enrol.ts';
import type { BaselineRequest } from '../enrolment/baseline.ts';
import type { CheckedSamples, ExplainedDelivery } from '../intake/alert-explanation.ts';
import type { PlaybookStanding } from '../intake/policy-playbooks.ts';
import type { SimulatedIncident } from '../intake/simulate.ts';
import type { Supposed } from '../intake/triage/explain-triage.ts';
import type { Env } from './io.ts';

/** What the command sets in motion without knowing how it is put together. */
export interface Roots {
  /** Each resolves when what it runs has stopped. */
  runUp(env: Env): Promise<void>;
  runServer(env: Env): Promise<void>;
  runWorker(env: Env): Promise<void>;
  runBootstrap(env: Env): Promise<void>;
  runRange(env: Env): Promise<void>;
  runAgent(env: Env): Promise<void>;
  /** Until it is stopped, or all of standard input is delivered where that is the only source. */
  runForwarder(env: Env, request: ForwardRequest): Promise<void>;
  /** Of the forwarder whose spool it is. Faults: `no_spool`. */
  forwardStatus(spool: string): Promise<ForwardStatus>;
  /** Opens the ledger of this machine, and closes it when `use` is done. */
  withLedger<T>(
    env: Env,
    use: (ledger: Pick<Ledger, 'log' | 'principals'>) => Promise<T>,
  ): Promise<T>;
  /** Walks the whole chain, the register and the signed checkpoints. */
  verifyLedger(env: Env): Promise<LedgerVerdict>;
  /** Reads back every object that a signed manifest of this machine lists. */
  verifyEvidence(env: Env): Promise<EvidenceReport>;
  /** Verifies time stamps by the certificates of authorities in this PEM. Fault `bad_certificates`. */
  timestampVerifier(pem: Uint8Array): Promise<VerifyTimestamp>;
  /** The evidence of this machine, once it is on record who is to read which of it and why. */
  evidence(env: Env, reading: EvidenceReading): Promise<Pick<EvidenceStore, 'read'>>;
  /** What alerts become by the policy of this machine. Nothing is taken in. */
  alertRules: AlertRules;
  /** The playbooks of this machine's policy, in force or not. Throws `PolicyError`. */
  playbooks(env: Env): Promise<PlaybookStanding[]>;
  /** What a changed file of the policy would have made of this machine's incidents. Throws `PolicyError`. */
  simulatePolicy(env: Env, file: string): Promise<PolicySimulation>;
  /** What runs and what it can reach; `file` in the place of what is configured. Faults: those of `InventorySource`. */
  readInventory(env: Env, file: string | null): Promise<Inventory>;
  /** The protected hosts of this machine's installation. */
  hosts: Hosts;
  /** The practice range's own host, for a drill that meddles with it. */
  practiceHost: PracticeHost;
  /** An installation of its own, on free ports, in a directory that `stop` removes. */
  throwAway(env: Env): Promise<ThrowAway>;
  /** Every setting, with secrets left out of `value`. */
  describeConfig(env: Env): ConfigLine[];
  /** What this machine has, lacks and reaches. */
  probes(env: Env): Promise<Probe[]>;
}

export interface PolicySimulation {
  file: string;
  /** How many were looked at. */
  incidents: number;
  different: SimulatedIncident[];
}

export interface AlertRules {
  explain(env: Env, sent: SentFile): Promise<ExplainedDelivery>;
  /** Tries the rules on the samples that they name; on those of one file of rules where it is given. */
  check(env: Env, file: string | null): Promise<CheckedSamples>;
}

export interface SentFile {
  /** Its name, which may say what is in it. */
  file: string;
  text: string;
  /** Null where the text is to say it. */
  format: AlertFormatName | null;
  /** What is taken for known when trees are asked; nothing where it is not given. */
  supposed?: Supposed;
}

export interface ForwardRequest {
  name: string;
  /** Of the installation. */
  url: string;
  detector: AlertFormatName;
  /** '' for none. */
  tokenFile: string;
  files: readonly string[];
  stdin: boolean;
  socket: string | null;
  /** A directory. */
  spool: string;
  spoolLimit: number;
  gzip: boolean;
}

/** Times are epoch milliseconds, 0 where there is none. */
export interface ForwardStatus {
  spool: string;
  /** The process that works on it; null where none does. */
  pid: number | null;
  waiting: number;
  oldest_at: number;
  bytes: number;
  delivered: number;
  delivered_at: number;
  refused: number;
  dropped: { records: number; lines: number; bytes: number };
  failing_since: number;
  last_error: string;
  sources: { source: string; offset: number; at: number }[];
}

export interface EvidenceReport extends Omit<CustodyReport, 'misses'> {
  misses: (CustodyReport['misses'][number] | TimestampMiss)[];
  timestamps: Omit<TimestampReport, 'misses'>;
}

export interface EvidenceReading {
  incident_id: string;
  evidence: readonly EvidenceRef[];
  reason: string;
  /** Of the person, on this machine. */
  account: string;
}

export interface Hosts {
  enrolments(env: Env): Promise<Enrolment[]>;
  enrol(env: Env, request: EnrolRequest): Promise<Enrolment>;
  /** Takes the state that a host shows now into the policy file, from where a reload puts it in force. */
  captureBaseline(env: Env, request: BaselineRequest): Promise<CapturedBaseline>;
}

export interface CapturedBaseline {
  host: string;
  name: string;
  group: string;
  file: string;
  pcr_values: PcrValues;
}

/** What an attacker does to a host, or to what it answers. */
export const TAMPERINGS = ['pcr', 'nonce', 'key', 'replay'] as const;
export type Tampering = (typeof TAMPERINGS)[number];

export interface PracticeHost {
  /** What runs there, to be frozen and captured from; empty where nothing does. */
  subject(home: string): Promise<Subject>;
  /** Faults: `range_unreachable` where there is none. */
  tamper(home: string, how: Tampering): Promise<void>;
  /** Boots it anew, by itself and as it was. */
  restore(home: string): Promise<void>;
}

export type LedgerVerdict =
  | { valid: true; count: number; incidents: number; head: Head }
  /** The entry, or the incident in the register, that is not as it was written. */
  | { valid: false; reason: string; detail: string; at_seq?: number; incident_id?: string };

export interface ThrowAway {
  url: string;
  home: string;
  stop(): Promise<void>;
}

export interface ConfigLine {
  name: string;
  value: string;
  /** Where the value comes from, such as `default` or `environment`. */
  origin: string;
  meaning: string;
}

export interface Probe {
  name: string;
  verdict: 'ok' | 'warn' | 'fail';
  detail: string;
  /** What to do about it; '' where nothing need be done. */
  next: string;
}
