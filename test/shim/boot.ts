import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { incidentRecordSchema, type Incident } from '../../src/domain/incident-record.ts';
import { ROLES, type Role } from '../../src/domain/principal.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { createShifts } from '../../src/intake/shifts.ts';
import { createIntake } from '../../src/intake/intake.ts';
import { createIncidentRelations } from '../../src/intake/relate-incidents.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { createPrincipals } from '../../src/intake/principals.ts';
import { createDetectors } from '../../src/intake/detectors.ts';
import type { AlertFormat } from '../../src/shim/alerts/format.ts';
import { createDoor } from '../../src/shim/alerts/door.ts';
import { FORMATS } from '../../src/shim/alerts/formats.ts';
import { createAlertIntake } from '../support/alert-intake.ts';
import { openSignalTokens } from '../../src/intake/signal-token.ts';
import { createApp } from '../../src/shim/app.ts';
import type { ShimDeps } from '../../src/shim/deps.ts';
import { createExporter } from '../../src/shim/export.ts';
import { createMetrics } from '../../src/shim/metrics.ts';
import { problemSchema } from '../../src/shim/schemas.ts';
import { createTail } from '../../src/shim/tail.ts';
import { createIncidentCourse } from '../support/incident-course.ts';

export const SERVICE_TOKEN = 'a-service-token-for-tests';

/** One report of each kind that the tests need. */
export const ATTESTATION_FAILURE = {
  class: 'attestation_failure',
  description: 'TPM2 PCR mismatch detected on PCR 7',
  evidence: { expected_pcr7: 'abc123', actual_pcr7: 'def456' },
} as const;
export const TOOL_CALL_BURST = {
  class: 'tool_call_burst',
  description: '80 calls in 4 s',
} as const;

import { PLACE } from '../support/keeping.ts';

export interface Ask {
  method?: string;
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The whole API over a real ledger, policy, intake and principals, on a free port. */
export async function boot(
  override: Partial<ShimDeps> = {},
  formats: readonly AlertFormat[] = FORMATS,
) {
  const home = await mkdtemp(join(tmpdir(), 'cordon-shim-'));
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const lines: { fields: object; message: string }[] = [];
  const line = (fields: object, message: string) => void lines.push({ fields, message });
  const log = { info: line, warn: line, error: line };
  const clock = { aheadMs: 0 };
  const now = () => Date.now() + clock.aheadMs;
  const policy = await loadPolicy({
    containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
  });
  const principals = createPrincipals({ principals: ledger.principals, log: ledger.log, now });
  const engine = { connected: true, since: new Date(0).toISOString() };
  const course = createIncidentCourse(ledger);
  const tail = createTail(ledger.register, log);
  const held = { current: () => policy, reload: async () => policy };
  const store = await openLocalDirectory({ root: join(home, 'evidence'), now });
  const signing = loadSigningKey(generateSigningKeyPem());
  const alerts = createAlertIntake();
  const reporters = { ...policy.reporters.reporters };
  const beyondRate: string[] = [];
  const refused: string[] = [];
  const signalTokens = await openSignalTokens(home, now);
  const desk = {
    ...{ ledger, policy: () => policy, owner: 'test', random: randomBytes, now },
    dispatcher: { offer() {} },
    reflex: { fire() {} },
  };
  const deps: ShimDeps = {
    ledger,
    intake: createIntake(desk),
    relations: createIncidentRelations(desk),
    door: createDoor({
      shifts: createShifts(() => false),
      intake: alerts.intake,
      detectors: createDetectors({
        principals,
        policy: () => ({ reporters: { version: 1, reporters } }),
        home,
        now,
        log,
      }),
      formats,
      now,
      beyondRate: (principal) => beyondRate.push(principal),
      refused: (source) => refused.push(source),
    }),
    store,
    place: PLACE,
    commands: course,
    revive: async (id) => (await ledger.register.incident(id))?.resolved_at === '',
    authenticate: (header) => principals.authenticate(header),
    principalNamed: ledger.principals.byName,
    leaveSafeMode: (by) => ledger.safeMode.leave(by, new Date(now()).toISOString()),
    mintSignalToken: (...grant) => signalTokens.mint(...grant),
    policy: held,
    baseline: { run: async () => [] },
    exporter: createExporter({
      ledger,
      policy: held,
      engineStatus: () => engine,
      now,
      keys: { serviceToken: SERVICE_TOKEN, signingKey: signing },
    }),
    engineStatus: () => engine,
    notifierStatus: () => [],
    timestampStatus: () => null,
    evidenceStatus: () => ({ kind: 'local-directory', claims: false, verdict: null, problem: '' }),
    tail,
    metrics: createMetrics({
      ledger,
      engineStatus: () => engine,
      timestampStatus: () => null,
      now,
    }),
    config: { openReads: true, allowedHosts: ['127.0.0.1', 'localhost'] },
    log,
    now,
    ...override,
  };
  const person = async (name: string, roles: Role[]) =>
    (await principals.add({ name, kind: 'person', roles, source: '', classes: [] }, 'test')).token;
  const tokens = {
    admin: await person('ada', [...ROLES]),
    operator: await person('oskar', ['operator']),
    reader: await person('rita', ['read']),
    reporter: (
      await principals.add(
        {
          name: 'runtime-attestor',
          kind: 'reporter',
          roles: ['report'],
          source: 'runtime-attestor',
          classes: ['attestation_failure', 'tool_call_burst'],
        },
        'test',
      )
    ).token,
  };
  const server = createServer(createApp(deps));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  const url = `http://127.0.0.1:${port}`;

  const ask = (path: string, { method, token, body, headers = {} }: Ask = {}) =>
    fetch(url + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  const report = async (body: object, headers: Record<string, string> = {}): Promise<Incident> =>
    readIncident(await ask('/api/v1/incidents/report', { token: tokens.reporter, body, headers }));

  return {
    deps,
    alerts,
    reporters,
    beyondRate,
    refused,
    url,
    port,
    home,
    ledger,
    store,
    lines,
    clock,
    policy,
    principals,
    engine,
    course,
    tokens,
    publicKey: signing.publicKey.pem,
    signingKey: signing,
    ask,
    report,
    stop: async () => {
      tail.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

export type Booted = Awaited<ReturnType<typeof boot>>;

/** The answer's JSON. */
export async function read(response: Response): Promise<unknown> {
  return response.json();
}

/** The incident, or incidents, that an answer holds. */
export async function readIncident(response: Response): Promise<Incident> {
  return incidentRecordSchema.parse(await read(response));
}
export async function readIncidents(response: Response): Promise<Incident[]> {
  return incidentRecordSchema.array().parse(await read(response));
}

/** Status and code of a failure, once it was seen to have a sentence and nothing unheard of. */
export async function failure(response: Response): Promise<[number, string]> {
  const { error, code } = problemSchema.parse(await read(response));
  if (!/^\S.+/.test(error)) throw new Error(`no sentence in ${JSON.stringify(error)}`);
  return [response.status, code];
}
