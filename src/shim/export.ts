import { randomUUID } from 'node:crypto';
import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Ledger } from '../domain/ledger.ts';
import { buildBundle, type BundleKeys } from '../evidence/bundle.ts';
import type { Note } from '../intake/notes.ts';
import type { ShimDeps } from './deps.ts';
import { knownIncident } from './known-incident.ts';
import { refuse } from './refuse.ts';

/** A bundle is built in memory, several copies of it, while this server has reports to take. */
const MOST_BYTES = 32 * 1024 * 1024;

const PAGE = 500;

const NOTE = 'forensic_export' satisfies Note;

export interface Exporter {
  /**
   * The signed bundle of one incident, or of everything where `incidentId` is undefined. `by` is written into the
   * bundle and the ledger. Throws `incident_not_found` and `export_too_large`.
   */
  export(by: string, incidentId?: string): Promise<{ exportedAt: string; bytes: Uint8Array }>;
  /** The signed bundle with which an incident ends. It is kept where its own ledger entry says. */
  seal(incidentId: string): Promise<Uint8Array>;
}

export interface ExporterDeps extends Pick<ShimDeps, 'policy' | 'engineStatus' | 'now'> {
  ledger: Pick<Ledger, 'log' | 'register' | 'outbox' | 'holds'>;
  keys: BundleKeys;
}

export function createExporter(deps: ExporterDeps): Exporter {
  const bundle = (exportedAt: string, records: Records, systemState: Record<string, unknown>) =>
    buildBundle(
      { exportedAt, ...records, systemState, policyDigest: deps.policy.current().digest },
      deps.keys,
    );
  return {
    export: async (by, incidentId) => {
      const exportedAt = new Date(deps.now()).toISOString();
      // Incidents first: the entries then tell all that is in them, and perhaps more.
      const records =
        incidentId === undefined
          ? await everything(deps.ledger)
          : await one(deps.ledger, incidentId);
      const systemState = { exported_by: by, ...(await stateOf(deps)) };
      const bytes = bundle(exportedAt, records, systemState);
      const body = {
        incident_id: incidentId ?? '',
        incidents: records.incidents.length,
        size: bytes.length,
      };
      const key = `${NOTE}/${randomUUID()}`;
      await deps.ledger.log.note({ key, at: exportedAt, actor: by, type: NOTE, body });
      return { exportedAt, bytes };
    },
    seal: async (incidentId) => {
      const records = await one(deps.ledger, incidentId);
      // Figures over all incidents do not belong to one, and would cost the more the more there are.
      const systemState = { exported_by: 'cordon', engine: deps.engineStatus() };
      return bundle(new Date(deps.now()).toISOString(), records, systemState);
    },
  };
}

interface Records {
  incidents: Incident[];
  auditEntries: LedgerEntry[];
}

async function one({ register }: ExporterDeps['ledger'], id: string): Promise<Records> {
  const incident = await knownIncident(register, id);
  return { incidents: [incident], auditEntries: await register.timeline(id) };
}

async function everything({ register }: ExporterDeps['ledger']): Promise<Records> {
  const spend = budget();
  const incidents: Incident[] = [];
  const auditEntries: LedgerEntry[] = [];
  let cursor: string | undefined;
  do {
    const page = await register.incidents({ limit: PAGE, cursor });
    spend(page.incidents);
    incidents.push(...page.incidents);
    cursor = page.next;
  } while (cursor !== '');
  for (;;) {
    const page = await register.entriesAfter(auditEntries.at(-1)?.seq ?? 0, PAGE);
    if (page.length === 0) return { incidents, auditEntries };
    spend(page);
    auditEntries.push(...page);
  }
}

function budget(): (records: readonly unknown[]) => void {
  let bytes = 0;
  return (records) => {
    bytes += JSON.stringify(records).length;
    if (bytes > MOST_BYTES) {
      const limit = `${MOST_BYTES / 1024 / 1024} MiB`;
      refuse('export_too_large', `There is more than ${limit}: export with ?incident=, one by one`);
    }
  };
}

async function stateOf({ ledger, engineStatus }: ExporterDeps): Promise<Record<string, unknown>> {
  const [stats, backlog, head, holds] = await Promise.all([
    ledger.register.stats(),
    ledger.outbox.backlog(),
    ledger.register.head(),
    ledger.holds.inForce(),
  ]);
  return { stats, backlog, ledger_head: head, holds, engine: engineStatus() };
}
