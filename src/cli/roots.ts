import type { Head, Ledger } from '../domain/ledger.ts';
import type { Env } from './io.ts';

/** What the command sets in motion without knowing how it is put together. */
export interface Roots {
  /** Each resolves when what it runs has stopped. */
  runUp(env: Env): Promise<void>;
  runServer(env: Env): Promise<void>;
  runWorker(env: Env): Promise<void>;
  runBootstrap(env: Env): Promise<void>;
  runRange(env: Env): Promise<void>;
  /** Opens the ledger of this machine, and closes it when `use` is done. */
  withLedger<T>(
    env: Env,
    use: (ledger: Pick<Ledger, 'log' | 'principals'>) => Promise<T>,
  ): Promise<T>;
  /** Walks the whole chain, the register and the signed checkpoints. */
  verifyLedger(env: Env): Promise<LedgerVerdict>;
  /** An installation of its own, on free ports, in a directory that `stop` removes. */
  throwAway(env: Env): Promise<ThrowAway>;
  /** Every setting, with secrets left out of `value`. */
  describeConfig(env: Env): ConfigLine[];
  /** What this machine has, lacks and reaches. */
  probes(env: Env): Promise<Probe[]>;
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
