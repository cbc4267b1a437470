import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLocalEvidence } from '../../src/local-evidence.ts';
import { eventually } from '../support/eventually.ts';
import {
  installation,
  place,
  remove,
  STARTING_MS,
  type Installation,
  type Place,
} from '../support/installation.ts';
import { honestly, makeTsa, serveTsa, type Tsa, type TsaServer } from '../support/tsa.ts';

/** So that evidence is signed for it. */
const DESTRUCTIVE = { disable_airlock: { destructive: true } };

let tsa: Tsa;
let stranger: Tsa;
let server: TsaServer | undefined;
let at: Place;
let cordon: Installation;

beforeAll(async () => {
  [tsa, stranger] = await Promise.all([makeTsa(), makeTsa()]);
  // Only the port is needed yet: the authority is away when the first manifest is signed.
  const away = await serveTsa(honestly(tsa));
  await away.stop();
  const laid = await place({ targets: { actions: DESTRUCTIVE } });
  const file = join(laid.home, 'tsa.pem');
  writeFileSync(file, tsa.root);
  const asked = { EVIDENCE_TSA_URL: away.url, EVIDENCE_TSA_CERTIFICATES_FILE: file };
  at = { ...laid, env: { ...laid.env, ...asked } };
  cordon = await installation({ at });
}, STARTING_MS);

afterAll(async () => {
  await cordon.stop();
  await remove(at);
  await server?.stop();
  tsa.remove();
  stranger.remove();
});

const timestamps = async () => (await cordon.api('GET', '/health')).body['timestamps'];

describe('a manifest that is signed while the authority is away', () => {
  let id = '';

  it('keeps nothing waiting but its own token', async () => {
    ({ id } = await cordon.report({ class: 'attestation_failure', subject: {} }));
    await cordon.untilState(id, 'contained');
    expect(await eventually(timestamps, (told) => Object(told).waiting === 1)).toMatchObject({
      failing_since: expect.stringMatching(/Z$/),
    });
    const report = await verifyLocalEvidence(at.env);
    expect(report).toMatchObject({ manifests: 1, misses: [], timestamps: { verified: 0 } });
  });

  it('gets it when the authority is back, and it verifies by its word alone', async () => {
    const { port } = new URL(at.env['EVIDENCE_TSA_URL'] ?? '');
    server = await serveTsa(honestly(tsa), Number(port));
    const told = () => cordon.events(id, 'timestamped');
    const [time] = await eventually(told, (events) => events.length > 0, 75_000);
    expect(time).toMatchObject({ authority: 'O=Test, CN=tsa' });
    expect(await eventually(timestamps, (now) => Object(now).waiting === 0)).toMatchObject({
      failing_since: '',
    });
    const report = await verifyLocalEvidence(at.env);
    expect(report).toMatchObject({ misses: [], timestamps: { verified: 1, unchecked: 0 } });

    const elsewhere = join(at.home, 'stranger.pem');
    writeFileSync(elsewhere, stranger.root);
    const env = { ...at.env, EVIDENCE_TSA_CERTIFICATES_FILE: elsewhere };
    const { misses } = await verifyLocalEvidence(env);
    expect(misses).toMatchObject([{ name: 'timestamp', reason: 'untrusted' }]);
  }, 90_000);
});
