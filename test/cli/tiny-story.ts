import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { WHOLE } from '../../src/domain/bundle-scope.ts';
import { COMMANDS, refusal, type Command } from '../../src/domain/ceremony.ts';
import type { Attestation, IncidentEvent, IncidentEventType } from '../../src/domain/events.ts';
import type { ContainmentAction, Incident } from '../../src/domain/incident-record.ts';
import { planFor } from '../../src/domain/plan-for.ts';
import type { Policy } from '../../src/domain/policy.ts';
import { REDACTIONS } from '../../src/domain/redaction.ts';
import { reportSchema } from '../../src/domain/report.ts';
import { buildBundle } from '../../src/evidence/bundle.ts';
import { buildIncidentBundle } from '../../src/evidence/incident-bundle.ts';
import { evidenceRef } from '../../src/evidence/digest.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import type { TinyLedger } from './tiny-ledger.ts';
import { CLAIMED } from '../support/attestations.ts';
import { NOTHING_CAPTURED } from '../support/captures.ts';

/** Ways in which the story can be made to go wrong. */
export interface Sabotage {
  /** Events that never happen. */
  never?: IncidentEventType;
  /** Commands are answered 503 this often before the workflow is there. */
  notStarted?: number;
  /** The exported bundle is changed on its way. */
  tamper?: boolean;
  /** The incident escalates just before it would have been resolved. */
  escalates?: boolean;
  /** What comes of the host's attempt to prove itself; else its attestor's word is believed. */
  proof?: () => Attestation;
  /** Resolution is never refused. */
  gateless?: boolean;
}

export class Refused extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const commandSchema = z.enum(COMMANDS);
/** The routes of the recovery name it `incident_id`, the others `id`. */
const idSchema = z
  .object({ id: z.string().optional(), incident_id: z.string().optional() })
  .transform(({ id, incident_id }) => id ?? incident_id ?? '');

type Answer = [status: number, body: unknown, headers?: Record<string, string>];

const BY = { by: 'admin', note: 'drill' };

/** What workflow and routes do, in one breath: every event follows at once from the command before it. */
export function createTinyStory(ledger: TinyLedger, policy: Policy, sabotage: Sabotage) {
  const keys = { serviceToken: 'service', signingKey: loadSigningKey(generateSigningKeyPem()) };
  let notStarted = sabotage.notStarted ?? 0;

  return { answer };

  async function answer(method: string, url: URL, body: unknown): Promise<Answer> {
    const [, , , area, id, tail] = url.pathname.split('/');
    if (url.pathname === '/health') return [200, health()];
    if (url.pathname === '/api/v1/stats') return [200, stats()];
    if (url.pathname === '/api/v1/reload') return [200, { status: 'reloaded' }];
    if (area === 'forensic') return [200, bundle()];
    if (method === 'GET' && id === undefined) return page(url.searchParams);
    if (method === 'GET' && tail === 'bundle') return [200, incidentBundle(id, url.searchParams)];
    if (method === 'GET' && tail === 'timeline') return [200, timeline(known(id).id)];
    if (method === 'GET') return [200, known(id)];
    if (id === 'report') return [201, report(body)];
    return [200, command(commandSchema.parse(id), idSchema.parse(body))];
  }

  function page(query: URLSearchParams): Answer {
    const from = Number(query.get('cursor') ?? 0);
    const to = from + Number(query.get('limit') ?? 100);
    const all = [...ledger.incidents.values()];
    const link = `</api/v1/incidents?limit=${to - from}&cursor=${to}>; rel="next"`;
    return [200, all.slice(from, to), to < all.length ? { link } : {}];
  }

  function report(body: unknown): Incident {
    const parsed = reportSchema.safeParse(body);
    if (!parsed.success) throw new Refused(400, 'invalid_report', 'The report is invalid');
    const { class: name, severity, description, subject, evidence } = parsed.data;
    if (policy.containment.rules[name] === undefined) {
      throw new Refused(400, 'unknown_class', `No rule for ${name}`);
    }
    const id = `INC-20260314-120000-${String(ledger.incidents.size).padStart(8, '0')}`;
    const occurred_at = new Date().toISOString();
    const plan = planFor(policy, { class: name, severity, subject });
    const about = { class: name, source: 'admin', description, subject, evidence };
    tell(id, { type: 'reported', id, ...about, reported_by: 'admin', occurred_at, plan });
    contain(id);
    return known(id);
  }

  function contain(id: string): void {
    const { containment_actions, auto_contain } = known(id);
    const freezes = containment_actions.filter((a) => a.action === 'freeze_agent');
    const others = containment_actions.filter((a) => a.action !== 'freeze_agent');
    for (const step of freezes) measure(id, step);
    if (auto_contain) tell(id, { type: 'captured', ...NOTHING_CAPTURED });
    for (const step of others) measure(id, step);
    if (auto_contain) tell(id, { type: 'contained' });
  }

  function measure(id: string, { action, target }: ContainmentAction): void {
    const measured = { status: 'contained', reason: 'ok', detail: '' } as const;
    tell(id, { type: 'action', result: { action, target, ...measured } });
  }

  function command(name: Command, id: string) {
    const incident = known(id);
    if (notStarted > 0) {
      notStarted -= 1;
      throw new Refused(503, 'not_started', 'Its workflow has not started yet');
    }
    if (name === 'resolve' && sabotage.escalates === true) escalate(incident);
    const refused = refusal(known(id), name, Date.now());
    if (refused !== null && sabotage.gateless !== true) {
      throw new Refused(409, refused.code, refused.message);
    }
    if (name === 'acknowledge') acknowledge(incident);
    if (name === 'reattest') attest(incident);
    if (name === 'resolve') resolve(id);
    if (name === 'close') tell(id, { type: 'closed', ...BY });
    return { status: 'done' };
  }

  function acknowledge({ id, binding }: Incident): void {
    tell(id, { type: 'acknowledged', ...BY, claim: '', binding });
  }

  function escalate({ id, class: name, subject, escalated_at }: Incident): void {
    const course = planFor(policy, { class: name, subject }).escalation?.course;
    if (course === undefined || escalated_at !== '') return;
    tell(id, { type: 'escalated', from: 'high', count: 3, course });
  }

  function attest({ id, binding }: Incident): void {
    const proved = sabotage.proof?.() ?? CLAIMED;
    tell(id, { type: 'attestation', by: 'admin', ...proved, binding });
    if (proved.accepted) return;
    throw new Refused(409, 'attestation_refused', `The attestation was refused: ${proved.reason}`);
  }

  function resolve(id: string): void {
    tell(id, { type: 'resolved', ...BY });
    const results = known(id)
      .containment_actions.filter((a) => a.target !== 'ledger')
      .map(({ action, target }) => {
        return { action, target, status: 'released', reason: 'ok', detail: '' } as const;
      });
    if (results.length > 0) tell(id, { type: 'released', results });
    tell(id, { type: 'sealed', bundle: evidenceRef(bundle(), 'application/json') });
  }

  function tell(id: string, event: IncidentEvent): void {
    if (event.type !== sabotage.never) ledger.tell(id, event);
  }

  function bundle(): Uint8Array {
    const source = {
      exportedAt: new Date().toISOString(),
      incidents: [...ledger.incidents.values()],
      auditEntries: ledger.entries,
      systemState: {},
      policyDigest: policy.digest,
    };
    const bytes = buildBundle(source, keys);
    const text = new TextDecoder().decode(bytes);
    return sabotage.tamper ? new TextEncoder().encode(text.replace('drill', 'drlil')) : bytes;
  }

  function incidentBundle(id: string | undefined, query: URLSearchParams): Uint8Array {
    const incident = known(id);
    const source = {
      exportedAt: new Date().toISOString(),
      exportedBy: 'admin',
      policyDigest: policy.digest,
      incidents: [incident],
      entries: timeline(incident.id),
      scope: WHOLE,
      redaction: REDACTIONS[query.get('redact') === 'full' ? 'full' : 'none'],
      pseudonymKey: randomBytes(32),
    };
    return buildIncidentBundle(source, keys);
  }

  function known(id: string | undefined): Incident {
    const incident = ledger.incidents.get(id ?? '');
    if (incident === undefined) throw new Refused(404, 'incident_not_found', 'No such incident');
    return incident;
  }

  function timeline(id: string) {
    return ledger.entries.filter((entry) => entry.incident_id === id);
  }

  function health() {
    const { total_incidents, open_incidents } = stats();
    const seq = ledger.entries.length;
    const counts = { open_incidents, total_incidents };
    return { status: 'ok', reasons: [], ...counts, practice_range: true, ledger: { seq } };
  }

  function stats() {
    const all = [...ledger.incidents.values()];
    const open = all.filter((incident) => incident.resolved_at === '');
    return {
      total_incidents: all.length,
      open_incidents: open.length,
      contained_count: all.filter((incident) => incident.contained_at !== '').length,
      resolved_count: all.length - open.length,
      by_class: Object.fromEntries(all.map((incident) => [incident.class, 1])),
      open_by_severity: Object.fromEntries(open.map((incident) => [incident.severity, 1])),
    };
  }
}
