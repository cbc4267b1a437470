import { Fault } from '../../domain/fault.ts';
import type { Ledger } from '../../domain/ledger.ts';
import { createAlertLog } from './alert-log.ts';
import { createAttestations } from './attestations.ts';
import type { Backend } from './backend.ts';
import { createBefores } from './befores.ts';
import { createBreaker } from './breaker.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createCustodyClocks } from './custody-clocks.ts';
import { createExpiry } from './expiry.ts';
import { createFollowers } from './followers.ts';
import { createGroupCommit } from './group-commit.ts';
import { createHolds } from './holds.ts';
import { createIncidentLog } from './incident-log.ts';
import { createKeeping } from './keeping.ts';
import { type Mirror, type MirrorLog, startMirror } from './mirror.ts';
import { createOutbox } from './outbox.ts';
import { openPostgresBackend } from './postgres-backend.ts';
import { createPrincipals } from './principals.ts';
import { createDecide } from './projected.ts';
import { createRegister } from './register.ts';
import { createRota } from './rota.ts';
import { createSafeModes } from './safe-mode.ts';
import { openSqliteBackend } from './sqlite-backend.ts';
import { createStoredRows, type StoredRows } from './stored-rows.ts';
import { createSweepLog } from './sweep-log.ts';

export interface LedgerOptions {
  /** `sqlite:/path/to/file`, or `postgres://user@host/database`. */
  url: string;
  /** Where the password of PostgreSQL is kept; read at each connection. */
  passwordFile?: string | undefined;
  /** Where the ledger is written as JSONL as well; '' for nowhere. */
  mirrorPath: string;
  log?: MirrorLog | undefined;
  /** Epoch ms. */
  now?: (() => number) | undefined;
}

/** A ledger and, for whoever verifies it, what its tables hold. */
export type OpenLedger = Ledger & { stored: StoredRows };

/** Opens the ledger, made or brought up to date. Faults: `ledger_unavailable`, `database_url_invalid`. */
export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  const backend = await openBackend(options);
  let mirror: Mirror | undefined;
  const { write, close } = createGroupCommit(backend, () => mirror?.poke());
  // The mirror's own writes neither wake it again nor end with those of the ledger's users.
  const aside = createGroupCommit(backend, () => {});
  const decide = createDecide(write);
  const ledger = {
    log: createIncidentLog(write),
    alerts: createAlertLog(write, backend.reader),
    register: createRegister(backend.reader, write),
    outbox: createOutbox(write, backend.reader),
    holds: createHolds(write, backend.reader),
    befores: createBefores(write, backend.reader),
    breaker: createBreaker(write, backend.reader),
    safeMode: createSafeModes(write, backend.reader),
    principals: createPrincipals(write, backend.reader),
    followers: createFollowers(write),
    checkpoints: createCheckpoints(write, backend.reader),
    attestations: createAttestations(write, backend.reader),
    keeping: createKeeping(decide),
    expiry: createExpiry(decide),
    rota: createRota(decide, write),
    custodyClock: createCustodyClocks(write, backend.reader),
    sweeps: createSweepLog(write, backend.reader),
    stored: createStoredRows(backend.reader),
  };
  if (options.mirrorPath !== '') {
    const { mirrorPath: path, log = SILENT, now = Date.now } = options;
    const followers = createFollowers(aside.write);
    mirror = startMirror({ path, register: ledger.register, followers, log, now });
  }
  return {
    ...ledger,
    close: async () => {
      await close();
      await mirror?.stop();
      await aside.close();
      await backend.close();
    },
  };
}

const SILENT: MirrorLog = { error: () => {} };

async function openBackend({ url, passwordFile }: LedgerOptions): Promise<Backend> {
  const [scheme, rest] = [url.slice(0, url.indexOf(':')), url.slice(url.indexOf(':') + 1)];
  switch (scheme) {
    case 'sqlite':
      return openSqliteBackend(rest.replace(/^\/\/(?=\/)/, ''));
    case 'postgres':
    case 'postgresql':
      return openPostgresBackend(url, passwordFile);
    default:
      throw new Fault('database_url_invalid', 'The ledger is at sqlite:/… or postgres://…', {
        retryable: false,
      });
  }
}
