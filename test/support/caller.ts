import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Command } from '../../src/domain/ceremony.ts';
import { incidentEventSchema, type IncidentEvent } from '../../src/domain/events.ts';
import {
  incidentRecordSchema,
  type Incident,
  type State,
} from '../../src/domain/incident-record.ts';
import { ledgerEntrySchema, type LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { eventually } from './eventually.ts';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface Given {
  /** The first person's, unless another is given; '' for none. */
  token?: string;
  headers?: Record<string, string>;
}

/** A report as a detector sends it; what it leaves out does not matter to the test. */
export interface Told {
  class: string;
  severity?: string;
  description?: string;
  subject?: Record<string, string>;
  occurred_at?: string;
  source?: string;
}

const PATHS: Record<Command, string> = {
  acknowledge: '/api/v1/recovery/ack',
  reattest: '/api/v1/recovery/reattest',
  resolve: '/api/v1/incidents/resolve',
  close: '/api/v1/incidents/close',
};

/** Whoever calls the API of one installation, its first person by default. */
export function callerOf(url: string, home: string) {
  const tokenOf = (name: string) => readFileSync(join(home, 'tokens', name), 'utf8').trim();
  const admin = tokenOf('admin');

  async function api(method: string, path: string, body?: object, given: Given = {}) {
    const { token = admin, headers = {} } = given;
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answered: unknown = await response.json();
    const read = Array.isArray(answered) ? { list: answered } : answered;
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: z.record(z.string(), z.unknown()).parse(read),
    };
    return answer;
  }

  async function report(told: Told, headers: Record<string, string> = {}): Promise<Incident> {
    const body = { description: 'seen by a detector', ...told };
    const answer = await api('POST', '/api/v1/incidents/report', body, { headers });
    if (answer.status !== 201 && answer.status !== 200)
      throw new Error(JSON.stringify(answer.body));
    return incidentRecordSchema.parse(answer.body);
  }

  async function incident(id: string): Promise<Incident> {
    return incidentRecordSchema.parse((await api('GET', `/api/v1/incidents/${id}`)).body);
  }

  const until = (id: string, isSo: (incident: Incident) => boolean, withinMs?: number) =>
    eventually(() => incident(id), isSo, withinMs);

  async function entries(id: string): Promise<LedgerEntry[]> {
    const { body } = await api('GET', `/api/v1/incidents/${id}/timeline`);
    return z.array(ledgerEntrySchema).parse(body['list']);
  }

  async function events<T extends IncidentEvent['type']>(id: string, type: T) {
    const told = (await entries(id)).map((entry) =>
      incidentEventSchema.parse({ ...entry.body, type: entry.type }),
    );
    return told.filter(
      (event): event is Extract<IncidentEvent, { type: T }> => event.type === type,
    );
  }

  function command(name: Command, id: string, given: Given = {}): Promise<Answer> {
    const recovery = name === 'acknowledge' || name === 'reattest';
    const about = recovery ? { incident_id: id } : { id };
    return api('POST', PATHS[name], { ...about, ...(name === 'close' && { note: 'seen' }) }, given);
  }

  /** Every step that the incident asks of people, to its end. */
  async function recover(id: string): Promise<Incident> {
    const { require_ack, require_reattest, require_review } = await incident(id);
    if (require_ack) await insist('acknowledge', id);
    if (require_reattest) await insist('reattest', id);
    await insist('resolve', id);
    await until(id, ({ bundle }) => bundle !== null);
    if (require_review) await insist('close', id);
    return incident(id);
  }

  /** As the API asks of its callers: on a 503 the same call again. */
  async function insist(name: Command, id: string): Promise<void> {
    const headers = { 'idempotency-key': randomUUID() };
    const sent = () => command(name, id, { headers });
    const { status, body } = await eventually(sent, (answer) => answer.status !== 503, 30_000);
    if (status !== 200) throw new Error(`was answered ${status} ${JSON.stringify(body)}`);
  }

  return {
    api,
    report,
    incident,
    until,
    entries,
    events,
    command,
    recover,
    tokenOf,
    untilState: (id: string, state: State, withinMs?: number) =>
      until(id, (now) => now.state === state, withinMs),
  };
}
