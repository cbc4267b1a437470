import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { receiptSchema } from '../../src/shim/alerts/receipt.ts';
import { imageRegistry, type ImageRegistry } from '../support/image-registry.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';
import { ownPorts } from '../support/own-ports.ts';

/** Cosign asks the public log of signatures, unless it is told not to: the tests have no network. */
const ALONE = '--insecure-ignore-tlog=true';

const POST = `curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: text/plain' \\
  --data-binary @- "$URL/api/v1/alerts/admission"`;

let cordon: Installation;
let folder: string;
let registry: ImageRegistry;
beforeAll(async () => {
  cordon = await installation();
  folder = mkdtempSync(join(tmpdir(), 'cordon-cosign-'));
  const [port = 0] = await ownPorts(1);
  registry = await imageRegistry(port, 'agents/planner', '2.1');
  for (const name of ['ours', 'theirs']) {
    await typed(`"$COSIGN" generate-key-pair --output-key-prefix ${name}`);
  }
}, STARTING_MS);
afterAll(async () => {
  registry.stop();
  await cordon.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What is printed of what a person would type. */
async function typed(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('sh', ['-c', command], {
    cwd: folder,
    env: {
      ...{ PATH: process.env['PATH'], HOME: folder, NO_PROXY: '*' },
      ...{ COSIGN: inject('cosign'), COSIGN_PASSWORD: '', TUF_MIRROR: 'http://127.0.0.1:1' },
      ...{ URL: cordon.url, TOKEN: cordon.tokenOf('admission'), IMAGE: registry.image },
    },
  });
  return stdout;
}

/** Of bytes, in base64, by the key of that name. */
async function signatureBy(name: string, bytes: Buffer): Promise<string> {
  writeFileSync(join(folder, 'signed'), bytes);
  await typed(
    `"$COSIGN" sign-blob --yes --tlog-upload=false --key ${name}.key --output-signature sig signed`,
  );
  return readFileSync(join(folder, 'sig'), 'utf8').trim();
}

async function posted(command: string) {
  return receiptSchema.parse(JSON.parse(await typed(`${command} | ${POST}`)));
}

const verify = `"$COSIGN" verify --key ours.pub ${ALONE} "$IMAGE" 2>&1 >/dev/null`;
const named = `${verify} | sed -n "s|^Error: |&$IMAGE: |p"`;

it('an image without a signature is one incident, though cosign says it twice and warns before', async () => {
  const { counts, alerts } = await posted(verify);
  expect(alerts).toMatchObject([{ rule: 'image_not_verified' }, { rule: 'image_not_verified' }]);
  expect(counts).toMatchObject({ incident: 1, repeat: 1 });
  const opened = await cordon.incident(alerts[0]?.incident_id ?? '');
  expect(opened).toMatchObject({
    class: 'manifest_mismatch',
    source: 'admission',
    description: 'no signatures found',
  });
});

it('of which image it is, the incident knows where that stands before it', async () => {
  const { counts, alerts } = await posted(named);
  expect(counts).toMatchObject({ incident: 1, unreadable: 0 });
  const opened: Incident = await cordon.incident(alerts[0]?.incident_id ?? '');
  expect(opened).toMatchObject({ severity: 'high', subject: { model: registry.image } });
  await cordon.untilState(opened.id, 'contained');
});

it('an image that somebody else has signed is refused in words that are recognised', async () => {
  registry.sign(await signatureBy('theirs', registry.payload));
  const { alerts } = await posted(named);
  expect(alerts).toMatchObject([{ outcome: 'observation', rule: 'image_not_verified' }]);
});

it('and so is a file that differs from what was signed', async () => {
  const signature = await signatureBy('ours', Buffer.from('the weights of a model'));
  writeFileSync(join(folder, 'changed'), 'other weights');
  const { alerts } = await posted(
    `"$COSIGN" verify-blob --key ours.pub ${ALONE} --signature ${signature} changed 2>&1`,
  );
  expect(alerts).toMatchObject([{ outcome: 'observation' }, { outcome: 'repeat' }]);
});

it('what is signed as it should be leaves nothing to be sent', async () => {
  registry.sign(await signatureBy('ours', registry.payload));
  expect(await typed(named)).toBe('');
});
