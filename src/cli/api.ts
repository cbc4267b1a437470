import { z } from 'zod';
import { baselineReportSchema, type BaselineReport } from '../domain/baseline-check.ts';
import type { Command } from '../domain/ceremony.ts';
import { incidentRecordSchema, type Incident } from '../domain/incident-record.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../domain/ledger-entry.ts';
import { statsSchema, type Stats } from '../domain/stats.ts';
import { type AlertsApi, createAlertsApi } from './alerts-api.ts';
import { createEvidenceApi, type EvidenceApi, reasonHeader } from './evidence-api.ts';
import { healthSchema, type Health } from './answers.ts';
import { createGuardsApi, type GuardsApi } from './guards-api.ts';
import { parsed, textOf, type Client } from './client.ts';
import { readEventStream } from './event-stream.ts';
import { createTasksApi, type TasksApi } from './tasks-api.ts';

/** Re-attestation waits for a host's quote; the others for the first attempts of a containment. */
const COMMAND_PATIENCE_MS = 150_000;
/** A bundle holds every incident and every entry. */
const EXPORT_PATIENCE_MS = 120_000;
/** Every check has its own limit, and several go on at once. */
const BASELINE_PATIENCE_MS = 300_000;
const ANSWER_MARGIN_MS = 10_000;

export interface ReportRequest {
  /** Checked by the server, which knows the classes. */
  report: Readonly<Record<string, unknown>>;
  /** A repeat with the same key is answered with the first incident. */
  key: string;
  /** How long to wait for the containment to settle, in seconds. */
  waitSeconds: number;
}

/** What the command asks of a server, by the API's own words. */
export interface Api {
  readonly url: string;
  health(): Promise<Health>;
  stats(): Promise<Stats>;
  incident(id: string): Promise<Incident>;
  /** One page; `next` is the path of the page after it, '' on the last. */
  incidents(path: string): Promise<{ incidents: Incident[]; next: string }>;
  timeline(id: string): Promise<LedgerEntry[]>;
  report(request: ReportRequest): Promise<Incident>;
  command(command: Command, id: string, note: string): Promise<void>;
  reloadPolicy(): Promise<unknown>;
  /** Compares with the known-good baseline; without names, by every check there is. */
  checkBaseline(asked: { incident_id?: string; checks?: string[] }): Promise<BaselineReport>;
  /** The signed bundle; of all incidents where `id` is ''. Why it is exported is on record. */
  bundle(id: string, reason: string): Promise<Uint8Array>;
  /** The bundle of one incident, as far as the query's scope goes and redacted as it says. */
  incidentBundle(id: string, query: URLSearchParams, reason: string): Promise<Uint8Array>;
  evidence: EvidenceApi;
  alerts: AlertsApi;
  guards: GuardsApi;
  tasks: TasksApi;
  /** Merges or splits incidents, and answers with the one that the call begins with. */
  relate(way: 'merge' | 'split', body: Record<string, string>, key: string): Promise<Incident>;
  /** Connects; then ledger entries as they are written, after that sequence, until the connection ends. */
  events(after: number): Promise<AsyncIterable<LedgerEntry>>;
}

export function createApi(client: Client): Api {
  const get = <T>(path: string, schema: z.ZodType<T>, about?: string) =>
    client.json({ method: 'GET', path, ...(about !== undefined && { about }) }, schema);
  return {
    url: client.url,
    // A server that cannot take reports says so with 503, and what is wrong in the same words.
    health: () => client.json({ method: 'GET', path: '/health', also: 503 }, healthSchema),
    stats: () => get('/api/v1/stats', statsSchema),
    incident: (id) => get(`/api/v1/incidents/${encodeURIComponent(id)}`, incidentRecordSchema, id),
    incidents: (path) => page(client, path),
    timeline: (id) =>
      get(`/api/v1/incidents/${encodeURIComponent(id)}/timeline`, z.array(ledgerEntrySchema), id),
    report: (request) => sendReport(client, request),
    command: (command, id, note) => order(client, command, id, note),
    reloadPolicy: () => client.json({ method: 'POST', path: '/api/v1/reload' }, z.json()),
    checkBaseline: (body) => {
      const path = '/api/v1/baseline/check';
      const patienceMs = BASELINE_PATIENCE_MS;
      const about = body.incident_id !== undefined && { about: body.incident_id };
      return client.json(
        { method: 'POST', path, body, ...about, patienceMs },
        baselineReportSchema,
      );
    },
    bundle: (id, reason) => {
      const scope = id === '' ? '' : `?incident=${encodeURIComponent(id)}`;
      const path = `/api/v1/forensic/export${scope}`;
      const headers = reasonHeader(reason);
      return client.bytes({ method: 'GET', path, headers, patienceMs: EXPORT_PATIENCE_MS });
    },
    incidentBundle: (id, query, reason) => {
      const scope = query.size === 0 ? '' : `?${query.toString()}`;
      const path = `/api/v1/incidents/${encodeURIComponent(id)}/bundle${scope}`;
      const patienceMs = EXPORT_PATIENCE_MS;
      const headers = reasonHeader(reason);
      return client.bytes({ method: 'GET', path, about: id, headers, patienceMs });
    },
    evidence: createEvidenceApi(client),
    alerts: createAlertsApi(client),
    guards: createGuardsApi(client),
    tasks: createTasksApi(client),
    relate: (way, body, key) => {
      const headers = { 'idempotency-key': key };
      const path = `/api/v1/incidents/${way}`;
      return client.json({ method: 'POST', path, body, headers }, incidentRecordSchema);
    },
    events: (after) => events(client, after),
  };
}

async function page(client: Client, path: string) {
  const response = await client.send({ method: 'GET', path });
  const text = await textOf(response, client.url);
  const incidents = parsed(text, z.array(incidentRecordSchema), client.url);
  return { incidents, next: nextPage(response.headers.get('link') ?? '') };
}

/** RFC 8288: `</api/v1/incidents?cursor=…>; rel="next"`. Only ever a path of the same server. */
function nextPage(link: string): string {
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(link)?.[1];
  if (target === undefined) return '';
  const { pathname, search } = new URL(target, 'http://server');
  return pathname + search;
}

function sendReport(
  client: Client,
  { report, key, waitSeconds }: ReportRequest,
): Promise<Incident> {
  const headers = {
    'idempotency-key': key,
    ...(waitSeconds > 0 && { prefer: `wait=${waitSeconds}` }),
  };
  const patienceMs = waitSeconds * 1_000 + ANSWER_MARGIN_MS;
  const path = '/api/v1/incidents/report';
  const request = { method: 'POST', path, body: report, headers, patienceMs } as const;
  return client.json(request, incidentRecordSchema);
}

async function order(client: Client, command: Command, id: string, note: string) {
  const [path, body] =
    command === 'reattest'
      ? ['/api/v1/recovery/reattest', { incident_id: id }]
      : [`/api/v1/incidents/${command}`, { id, ...(note !== '' && { note }) }];
  const patienceMs = COMMAND_PATIENCE_MS;
  await client.json({ method: 'POST', path, body, about: id, patienceMs }, z.json());
}

async function events(client: Client, after: number): Promise<AsyncIterable<LedgerEntry>> {
  const path = `/api/v1/events?after=${after}`;
  const headers = { accept: 'text/event-stream' };
  const response = await client.send({ method: 'GET', path, headers, patienceMs: 0 });
  return entriesOf(response.body ?? new ReadableStream(), client.url);
}

async function* entriesOf(
  body: ReadableStream<Uint8Array>,
  url: string,
): AsyncGenerator<LedgerEntry> {
  for await (const data of readEventStream(body)) yield parsed(data, ledgerEntrySchema, url);
}
