import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { keptEvidenceSchema } from '../../src/domain/kept-evidence.ts';
import { recorded } from '../support/admissions.ts';
import { CAPTURED } from '../support/captures.ts';
import { refOf } from '../support/keeping.ts';
import { boot, failure, read, TOOL_CALL_BURST, type Booted } from './boot.ts';

let shim: Booted;
const inStore: [string, string][] = [];
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

const BYTES = Buffer.from('what the agent had in memory');
const DAY = 86_400_000;
const RETENTION = {
  until: '2027-02-01T00:00:00.000Z',
  memory_until: '2027-01-01T00:00:00.000Z',
};
const LATER = '2028-01-01T00:00:00.000Z';

let id = '';
let memory: EvidenceRef;

beforeEach(async () => {
  ({ id } = await shim.report(TOOL_CALL_BURST));
  memory = await shim.store.put(Buffer.concat([BYTES, Buffer.from(id)]), 'application/age');
  const artifacts = [{ collector: 'memory', ...memory }];
  const manifest = refOf(`manifest of ${id}`);
  const receipt = CAPTURED.receipt && { ...CAPTURED.receipt, manifest };
  const captured = { ...CAPTURED, artifacts, receipt, retention: RETENTION };
  const event = { type: 'captured', ...captured } as const;
  await shim.ledger.log.append(id, [recorded('captured', event)]);
});

const path = (rest = '') => `/api/v1/incidents/${id}/evidence${rest}`;
const reason = (text: string) => ({ 'Cordon-Reason': encodeURIComponent(text) });
const decide = (rest: string, body: object, headers = {}) =>
  shim.ask(path(rest), { token: shim.tokens.operator, body, headers });
const listed = async (response: Response) => {
  const body = await read(response);
  expect([response.status, body]).toEqual([200, expect.any(Array)]);
  return z.array(keptEvidenceSchema).parse(body);
};
const touches = async () =>
  (await shim.ledger.register.timeline(id)).filter(({ type }) => type === 'custody');

describe('the evidence of an incident', () => {
  it('is listed with its dates, and listing it is no touch', async () => {
    const objects = await listed(await shim.ask(path()));
    expect(objects).toHaveLength(2);
    expect(objects).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          ...{ sha256: memory.sha256, name: 'memory', until: RETENTION.memory_until },
          ...{ state: 'kept', held: false },
        }),
        expect.objectContaining({ name: 'manifest', until: '' }),
      ]),
    );
    expect(await touches()).toEqual([]);
  });

  it('is given out byte by byte, after it is on record who reads it and why', async () => {
    const response = await shim.ask(path(`/${memory.sha256}`), {
      token: shim.tokens.operator,
      headers: reason('déjà vu'),
    });
    expect(response.headers.get('content-type')).toBe('application/age');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.subarray(0, BYTES.length)).toEqual(BYTES);
    expect(await touches()).toMatchObject([
      {
        actor: 'oskar',
        body: {
          touch: 'read',
          who: { name: 'oskar', authority: 'operator' },
          what: [{ sha256: memory.sha256, size: memory.size }],
          where: { host: 'cordon-1', boot_id: 'a-boot' },
          why: 'déjà vu',
          how: { tool: 'cordon' },
        },
      },
    ]);
  });

  it('is on record again each time it is read, whatever key is sent', async () => {
    const headers = { ...reason('again'), 'Idempotency-Key': 'the same' };
    for (let time = 0; time < 2; time += 1) {
      const token = shim.tokens.operator;
      await (await shim.ask(path(`/${memory.sha256}`), { token, headers })).arrayBuffer();
    }
    expect(await touches()).toHaveLength(2);
  });

  it.each([
    ['without a reason', {}, 400, 'reason_required'],
    ['with a reason of spaces', reason('  '), 400, 'reason_required'],
    ['with a reason that is not encoded', { 'Cordon-Reason': '100%' }, 400, 'invalid_request'],
  ])('is not given out %s', async (_what, headers, status, code) => {
    const token = shim.tokens.operator;
    const response = await shim.ask(path(`/${memory.sha256}`), { token, headers });
    expect(await failure(response)).toEqual([status, code]);
    expect(await touches()).toEqual([]);
  });

  it('is not given out to whoever may only read, nor without a token', async () => {
    const ask = (token?: string) =>
      shim.ask(path(`/${memory.sha256}`), { ...(token && { token }), headers: reason('why') });
    expect(await failure(await ask(shim.tokens.reader))).toEqual([403, 'forbidden']);
    expect(await failure(await ask())).toEqual([401, 'unauthenticated']);
  });

  it('is not given out under another incident', async () => {
    const { id: other } = await shim.report(TOOL_CALL_BURST);
    const response = await shim.ask(`/api/v1/incidents/${other}/evidence/${memory.sha256}`, {
      token: shim.tokens.operator,
      headers: reason('why'),
    });
    expect(await failure(response)).toEqual([404, 'evidence_not_found']);
  });

  it('is not given out where it cannot be put on record', async () => {
    const log = { ...shim.ledger.log, append: () => Promise.reject(new Error('no')) };
    const mute = await boot({ ledger: { ...shim.ledger, log } });
    const response = await mute.ask(path(`/${memory.sha256}`), {
      token: mute.tokens.operator,
      headers: reason('why'),
    });
    expect(response.status).toBe(500);
    await mute.stop();
  });

  it('that is missing from the store is told so', async () => {
    await shim.store.remove(memory.sha256);
    const response = await shim.ask(path(`/${memory.sha256}`), {
      token: shim.tokens.operator,
      headers: reason('why'),
    });
    expect(await failure(response)).toEqual([410, 'evidence_missing']);
  });

  it('is let go of in the store where the reader goes away in the middle', async () => {
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const endless = async function* () {
      try {
        for (;;) yield Buffer.alloc(65_536);
      } finally {
        resolve();
      }
    };
    const slow = await boot({ ledger: shim.ledger, store: { ...shim.store, read: endless } });
    const response = await slow.ask(path(`/${memory.sha256}`), {
      token: slow.tokens.operator,
      headers: reason('why'),
    });
    await response.body?.cancel();
    await over;
    await slow.stop();
  });

  it('has its decryption on record, and no key is asked for', async () => {
    const response = await decide(`/${memory.sha256}/decryption`, { reason: 'malware analysis' });
    expect(await read(response)).toEqual({ status: 'recorded' });
    expect(await touches()).toMatchObject([
      { body: { touch: 'decryption', why: 'malware analysis', what: [{ sha256: memory.sha256 }] } },
    ]);
  });
});

describe('an extension', () => {
  it('is recorded, kept in the store, and answered with what is kept', async () => {
    const objects = await listed(await decide('/retention', { until: LATER, reason: 'court' }));
    expect(objects.find(({ name }) => name === 'memory')).toMatchObject({ until: LATER });
    expect(await touches()).toMatchObject([{ body: { touch: 'extension', until: LATER } }]);
  });

  it('to a shorter date is refused', async () => {
    const until = new Date(Date.parse(RETENTION.memory_until) - DAY).toISOString();
    const response = await decide('/retention', { until, reason: 'tidy' });
    expect(await failure(response)).toEqual([409, 'retention_only_extends']);
  });

  it('is one under one Idempotency-Key, of which a hold has another', async () => {
    const key = { 'Idempotency-Key': 'k' };
    const body = { until: LATER, reason: 'court' };
    await listed(await decide('/retention', body, key));
    await listed(await decide('/retention', body, key));
    await listed(await decide('/hold', { reason: 'court' }, key));
    expect((await touches()).map(({ body: { touch } }) => touch)).toEqual(['extension', 'hold']);
  });

  it.each([{ until: LATER }, { until: LATER, reason: ' ' }, { until: 'soon', reason: 'x' }])(
    'is refused that says %j',
    async (body) => {
      expect(await failure(await decide('/retention', body))).toEqual([400, 'invalid_request']);
    },
  );
});

describe('a legal hold', () => {
  it('is set and released by two records, and shown', async () => {
    const held = await listed(await decide('/hold', { reason: 'litigation' }));
    expect(held.map((object) => object.held)).toEqual([true, true]);
    const free = await listed(await decide('/hold/release', { reason: 'settled' }));
    expect(free.map((object) => object.held)).toEqual([false, false]);
    expect((await touches()).map(({ body: { touch } }) => touch)).toEqual([
      'hold',
      'hold_released',
    ]);
  });

  it('is brought to the store, with the dates, and again by a repeat', async () => {
    inStore.length = 0;
    const store = {
      ...shim.store,
      setLegalHold: async (sha256: string, held: boolean) => void inStore.push([sha256, `${held}`]),
    };
    const watched = await boot({ ledger: shim.ledger, store });
    for (let time = 0; time < 2; time += 1) {
      const token = watched.tokens.operator;
      await watched.ask(path('/hold'), { token, body: { reason: 'litigation' } });
    }
    expect(inStore.filter(([sha256]) => sha256 === memory.sha256)).toHaveLength(2);
    expect(await touches()).toHaveLength(1);
    await watched.stop();
  });

  it('is for operators alone', async () => {
    const response = await shim.ask(path('/hold'), {
      token: shim.tokens.reader,
      body: { reason: 'x' },
    });
    expect(await failure(response)).toEqual([403, 'forbidden']);
  });
});

describe('the health', () => {
  it('shows what the last sweeps found, and by how much the custody clock lags', async () => {
    const found = { marked: 1, unmarked: 0, removed: 2, refused: 0, unfinished: false };
    await shim.ledger.sweeps.finishedRetention(found, DAY);
    await shim.ledger.sweeps.finishedVerification(
      { entries: 9, objects: 3, bytes: 7, misses: 2, unreported: 1 },
      DAY,
    );
    const wall_ms = Date.now();
    await shim.ledger.custodyClock.advance({ boot_id: 'a', wall_ms, boottime_ms: 0 });
    await shim.ledger.custodyClock.advance({
      boot_id: 'a',
      wall_ms: wall_ms + 91 * DAY,
      boottime_ms: 1_000,
    });
    const health = z
      .looseObject({
        status: z.string(),
        reasons: z.array(z.string()),
        custody: z.looseObject({}),
      })
      .parse(await read(await shim.ask('/health')));
    expect(health).toMatchObject({
      status: 'degraded',
      custody: {
        retention_sweep: { ...found, finished_at: '1970-01-02T00:00:00.000Z' },
        verification_sweep: { misses: 2, unreported: 1 },
      },
    });
    expect(health.reasons.join()).toContain('2 pieces of evidence');
    expect(Number(health.custody['clock_lag_seconds'])).toBeGreaterThan(90 * 86_400);
  });
});
