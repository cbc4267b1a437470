import { randomBytes } from 'node:crypto';
import { type BundleScope, withinScope } from '../domain/bundle-scope.ts';
import type { Incident } from '../domain/incident-record.ts';
import { type Toucher, touched } from '../domain/custody.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import type { Ledger } from '../domain/ledger.ts';
import { type Profile, REDACTIONS } from '../domain/redaction.ts';
import { canonicalJson } from '../evidence/canonical.ts';
import { evidenceRef } from '../evidence/digest.ts';
import { buildBundle } from '../evidence/bundle.ts';
import type { BundleKeys } from '../evidence/bundle-seal.ts';
import { buildIncidentBundle } from '../evidence/incident-bundle.ts';
import { putOnRecord } from '../intake/put-on-record.ts';
import type { ShimDeps } from './deps.ts';
import { knownIncident } from './known-incident.ts';
import { refuse } from './refuse.ts';

/** A bundle is built in memory, several copies of it, while this server has reports to take. */
const MOST_BYTES = 32 * 1024 * 1024;

const PAGE = 500;

/** The key of the pseudonyms: as long as the hash that it is used with. */
const PSEUDONYM_KEY_BYTES = 32;

export interface Exported {
  /** ISO instant. */
  exportedAt: string;
  bytes: Uint8Array;
}

export interface IncidentExport {
  incidentId: string;
  scope: BundleScope;
  redact: Profile;
}

export interface Exporter {
  /**
   * The signed bundle of one incident, or of everything where `incidentId` is undefined. It is on record before it is
   * given out. Throws `incident_not_found` and `export_too_large`.
   */
  export(toucher: Toucher, incidentId?: string): Promise<Exported>;
  /**
   * The bundle of one incident, scoped and redacted; on record like the other. Throws `incident_not_found`,
   * `export_too_large` and `redaction_leak`.
   */
  exportIncident(toucher: Toucher, request: IncidentExport): Promise<Exported>;
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
    export: async (toucher, incidentId) => {
      const exportedAt = new Date(deps.now()).toISOString();
      // Incidents first: the entries then tell all that is in them, and perhaps more.
      const records =
        incidentId === undefined
          ? await everything(deps.ledger)
          : await one(deps.ledger, incidentId);
      const systemState = { exported_by: toucher.who.name, ...(await stateOf(deps)) };
      const bytes = bundle(exportedAt, records, systemState);
      await record(deps, toucher, bytes, incidentId ?? '');
      return { exportedAt, bytes };
    },
    exportIncident: (toucher, request) => exportIncident(deps, toucher, request),
    seal: async (incidentId) => {
      const records = await one(deps.ledger, incidentId);
      // Figures over all incidents do not belong to one, and would cost the more the more there are.
      const systemState = { exported_by: 'cordon', engine: deps.engineStatus() };
      return bundle(new Date(deps.now()).toISOString(), records, systemState);
    },
  };
}

async function exportIncident(
  deps: ExporterDeps,
  toucher: Toucher,
  { incidentId, scope, redact }: IncidentExport,
): Promise<Exported> {
  const exportedAt = new Date(deps.now()).toISOString();
  const { incidents, auditEntries: entries } = await one(deps.ledger, incidentId);
  const within = withinScope(scope, { incidents, entries });
  budget('export it in parts, with ?from= and ?to=')([...within.incidents, ...within.entries]);
  const bytes = buildIncidentBundle(
    {
      exportedAt,
      exportedBy: toucher.who.name,
      policyDigest: deps.policy.current().digest,
      incidents,
      entries,
      scope,
      redaction: REDACTIONS[redact],
      pseudonymKey: randomBytes(PSEUDONYM_KEY_BYTES),
    },
    deps.keys,
  );
  const options = canonicalJson({ redact, scope });
  await record(deps, { ...toucher, how: { ...toucher.how, options } }, bytes, incidentId);
  return { exportedAt, bytes };
}

/** A bundle that could not be put on record is not given out. */
async function record(
  { ledger }: ExporterDeps,
  toucher: Toucher,
  bytes: Uint8Array,
  incidentId: string,
): Promise<void> {
  const bundle = evidenceRef(bytes, 'application/json');
  await putOnRecord(ledger.log, incidentId, toucher, touched('export', toucher, [bundle]));
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
  const spend = budget('export with ?incident=, one by one');
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

function budget(advice: string): (records: readonly unknown[]) => void {
  let bytes = 0;
  return (records) => {
    bytes += JSON.stringify(records).length;
    if (bytes > MOST_BYTES) {
      const limit = `${MOST_BYTES / 1024 / 1024} MiB`;
      refuse('export_too_large', `There is more than ${limit}: ${advice}`);
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
