import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { receiptSchema } from '../../src/shim/alerts/receipt.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

const SAMPLES = join(SHIPPED_POLICY, 'detectors', 'samples');

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

/** Runs what a person would type in the directory of the samples; `curl` speaks of what it sends and is sent. */
async function typed(command: string) {
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', command], {
    cwd: SAMPLES,
    env: {
      PATH: process.env['PATH'],
      NO_PROXY: '*',
      URL: `${cordon.url}/api/v1/alerts`,
      TOKEN: cordon.tokenOf('falco'),
    },
  });
  const headers = stderr.split('\n').flatMap((line) => /^> (\S+: .*?)\r?$/.exec(line)?.[1] ?? []);
  const sent = headers.map((header) => header.toLowerCase());
  return { sent, receipt: receiptSchema.parse(JSON.parse(stdout)) };
}

it('alerts are taken in a compressed body', async () => {
  const { sent, receipt } = await typed(
    `gzip -c falco-syscall.json | curl -sv -H "Authorization: Bearer $TOKEN" \\
       -H 'Content-Type: application/json' -H 'Content-Encoding: gzip' --data-binary @- $URL/falco`,
  );
  expect(sent).toContain('content-encoding: gzip');
  expect(receipt.counts).toMatchObject({ incident: 1, repeat: 0, unreadable: 0 });
});

it('and in chunks, where they are the same alerts', async () => {
  const { sent, receipt } = await typed(
    `curl -sv --http1.1 -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
       -H 'Transfer-Encoding: chunked' --data-binary @falco-syscall.json $URL/falco`,
  );
  expect(sent).toContain('transfer-encoding: chunked');
  expect(sent.filter((header) => header.startsWith('content-length'))).toEqual([]);
  expect(receipt.counts).toMatchObject({ incident: 0, repeat: 1, unreadable: 0 });
});

it('in compressed chunks that come one after another, from a sender with a name and a password', async () => {
  const { sent, receipt } = await typed(
    `(cat falco-kubernetes.ndjson; sleep 0.3; cat falco-cloud.ndjson) | gzip |
       curl -sv -T - -X POST -u "falco:$TOKEN" -H 'Content-Type: application/x-ndjson' \\
         -H 'Content-Encoding: gzip' $URL/falco`,
  );
  expect(sent).toContain('transfer-encoding: chunked');
  expect(sent.find((header) => header.startsWith('authorization'))).toMatch(/: basic /);
  const { incident, observation, unmatched, health, unreadable } = receipt.counts;
  expect([incident + observation, unmatched, health, unreadable]).toEqual([7, 3, 1, 0]);
});

it('without saying what it is: curl calls it a form, and it is recognised all the same', async () => {
  const { sent, receipt } = await typed(
    `curl -sv -u "falco:$TOKEN" --data-binary @falco-null-field.json $URL`,
  );
  expect(sent).toContain('content-type: application/x-www-form-urlencoded');
  expect(receipt).toMatchObject({ format: 'falco', counts: { unmatched: 1 } });
});
