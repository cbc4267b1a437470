import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLocalDirectory } from '../../../src/adapters/store/local-directory.ts';
import { startStamper, type Stamper } from '../../../src/adapters/timestamp/stamper.ts';
import { createTimestamper } from '../../../src/adapters/timestamp/timestamper.ts';
import { readTrustedCertificates } from '../../../src/adapters/timestamp/trusted-certificates.ts';
import { verifyTimestamp } from '../../../src/adapters/timestamp/verify-timestamp.ts';
import type { EvidenceRef, EvidenceStore } from '../../../src/domain/evidence.ts';
import { evidenceReceiptSchema } from '../../../src/domain/evidence-receipt.ts';
import { eventIn } from '../../../src/domain/recorded.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../../src/evidence/signing-key.ts';
import { stampedBytesOf } from '../../../src/evidence/timestamp.ts';
import { verifyTimestamps } from '../../../src/evidence/verify-timestamps.ts';
import { captureOf, keepCapture } from '../../evidence/captures.ts';
import { honestly, makeTsa, serveTsa, type Tsa, type TsaServer } from '../../support/tsa.ts';
import { type Installation, installation } from '../notify/installation.ts';

const ID = 'INC-20260314-120000-00000001';
const key = loadSigningKey(generateSigningKeyPem());

let tsa: Tsa;
let site: Installation;
let store: EvidenceStore;
let server: TsaServer | undefined;
let stampers: Stamper[] = [];
let vouched: number[] = [];

beforeAll(async () => {
  tsa = await makeTsa();
});
afterAll(() => tsa.remove());
beforeEach(async () => {
  site = await installation();
  store = await openLocalDirectory({ root: `${site.home}/evidence`, now: () => 0 });
  await site.report(ID, 'high');
});
afterEach(async () => {
  await Promise.all(stampers.map((stamper) => stamper.stop()));
  await server?.stop();
  [stampers, server, vouched] = [[], undefined, []];
  await site.end();
});

/** Patient, because other tests use the machine too. */
const eventually = (check: () => Promise<void> | void) =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

const trusted = () => readTrustedCertificates(tsa.root);

function start(url: string, owner = 'one'): Stamper {
  const say = (_: object, message: string) => void site.state.logged.push(message);
  const stamper = startStamper({
    ...{ ledger: site.ledger, store, owner, name: 'tsa.test', log: { info: say, warn: say } },
    tsa: createTimestamper({ url, certificates: trusted() }),
    vouched: async (ms) => void vouched.push(ms),
    now: Date.now,
    sleep: async (ms) => {
      site.state.waits.push(ms);
      await new Promise((resolve) => setTimeout(resolve, 5));
    },
  });
  stampers.push(stamper);
  return stamper;
}

/** A capture is signed and recorded, as `number` tells it from others. */
async function captured(number: number): Promise<EvidenceRef> {
  const snapshot_id = `snapshot-${number}`;
  const manifest = await keepCapture(store, key, { ...captureOf(), snapshot_id });
  await tellOf(number, manifest);
  return manifest;
}

async function tellOf(number: number, manifest: EvidenceRef): Promise<void> {
  const snapshot_id = `snapshot-${number}`;
  const receipt = evidenceReceiptSchema.parse({
    ...{ incident_id: ID, snapshot_id, manifest, artifacts: 7, gaps: 1 },
  });
  const event = { type: 'captured' as const, artifacts: [], gaps: [], reset_count: null, receipt };
  await site.happen(ID, `captured/${number}`, event);
}

async function timesIn() {
  const entries = await site.ledger.register.timeline(ID);
  const events = entries.flatMap((entry) => eventIn(entry)?.event ?? []);
  return events.filter((event) => event.type === 'timestamped');
}

const stampedInTime = (count: number) =>
  eventually(async () => expect(await timesIn()).toHaveLength(count));

describe('a signed manifest', { timeout: 30_000 }, () => {
  it('gets a token that proves its time, as an object of its own, and stays as it was', async () => {
    server = await serveTsa(honestly(tsa));
    start(server.url);
    const manifest = await captured(1);
    const before = await store.get(manifest);
    await stampedInTime(1);
    const [time] = await timesIn();
    const token = await store.get(time?.token ?? '');
    const verdict = verifyTimestamp(token, stampedBytesOf(before) ?? new Uint8Array(), trusted());
    expect(verdict).toMatchObject({ valid: true, authority: time?.authority });
    expect(await store.get(manifest)).toEqual(before);
    const { timestamps } = (await site.ledger.register.incident(ID)) ?? {};
    expect(timestamps).toMatchObject([{ manifest: manifest.sha256, time: time?.time }]);
    expect(vouched).toEqual([Date.parse(time?.time ?? '')]);
  });

  it('gets it also where it was captured before there was a TSA', async () => {
    await captured(1);
    server = await serveTsa(honestly(tsa));
    start(server.url);
    await stampedInTime(1);
  });

  it('gets one, however often the server starts anew and however many there are', async () => {
    server = await serveTsa(honestly(tsa));
    await captured(1);
    await start(server.url, 'one').stop();
    start(server.url, 'two');
    start(server.url, 'three');
    await captured(2);
    await stampedInTime(2);
    await start(server.url, 'four').stop();
    expect(new Set((await timesIn()).map(({ manifest }) => manifest)).size).toBe(2);
  });

  it('waits for a TSA that is down, visibly, and gets its token when that is up again', async () => {
    const down = await serveTsa(honestly(tsa));
    const port = Number(new URL(down.url).port);
    await down.stop();
    const stamper = start(down.url);
    await captured(1);
    await captured(2);
    await eventually(() =>
      expect(stamper.status()).toMatchObject({
        waiting: 2,
        waiting_since: '2026-03-14T12:00:00.000Z',
        failing_since: expect.stringMatching(/Z$/),
        last_error: expect.stringContaining('tsa_unreachable'),
      }),
    );
    await eventually(() => expect(Math.max(...site.state.waits)).toBe(60_000));
    expect(await timesIn()).toEqual([]);

    server = await serveTsa(honestly(tsa), port);
    await stampedInTime(2);
    await eventually(() =>
      expect(stamper.status()).toMatchObject({ waiting: 0, failing_since: '', last_error: '' }),
    );
    expect(site.state.logged).toEqual(['no time stamps', 'manifests are time-stamped again']);
  });

  it('gets none that does not verify, and the next answer is as good as the first', async () => {
    const stranger = await makeTsa();
    try {
      let answers = 0;
      server = await serveTsa((query, response) => {
        answers += 1;
        return honestly(answers < 3 ? stranger : tsa)(query, response);
      });
      start(server.url);
      await captured(1);
      await stampedInTime(1);
      expect(answers).toBe(3);
    } finally {
      stranger.remove();
    }
  });

  it('that is lost keeps no other from its time', async () => {
    const lost = { sha256: 'ab'.repeat(32), size: 3, media_type: 'application/json' };
    await tellOf(1, lost);
    const manifest = await captured(2);
    server = await serveTsa(honestly(tsa));
    start(server.url);
    await stampedInTime(1);
    expect(await timesIn()).toMatchObject([{ manifest: manifest.sha256 }]);
    expect(site.state.logged).toEqual(['a manifest cannot be time-stamped']);
  });

  it('is found to be without its time where its token is changed', async () => {
    server = await serveTsa(honestly(tsa));
    start(server.url);
    await captured(1);
    await captured(2);
    await stampedInTime(2);
    const [first, second] = await timesIn();
    if (!first || !second) throw new Error('no times');
    const verify = (token: Uint8Array, bytes: Uint8Array) =>
      verifyTimestamp(token, bytes, trusted());
    const swapped = { ...first, token: second.token };
    const report = await verifyTimestamps([first, second, swapped], { store, verify });
    expect(report).toMatchObject({ verified: 2, misses: [{ reason: 'wrong_imprint' }] });
  });
});
