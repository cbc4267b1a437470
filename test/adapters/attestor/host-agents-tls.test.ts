import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createHostAgents } from '../../../src/adapters/attestor/host-agents.ts';
import { attestationPolicySchema } from '../../../src/domain/attestation-policy.ts';
import { onPath } from '../../../src/range/on-path.ts';
import { authority, type Authority } from '../../evidence/tpm/openssl.ts';
import { startListener } from './listener.ts';

const HOST = 'web-1';
const IDENTITY = {
  schema: 'tpm-identity/1',
  ak_public: 'AAAA',
  ek_public: 'BBBB',
  ek_certificate: null,
};

describe.skipIf(onPath('openssl') === null)('over https', () => {
  let home: string;
  let its: Authority;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'tls-'));
    const issuer = authority(home, 'ours');
    its = authority(home, 'localhost', { issuer, isCa: false });
    authority(home, 'theirs');
    authority(home, 'elsewhere', { issuer, isCa: false });
  });
  afterAll(() => rmSync(home, { recursive: true }));

  /** What the agent of the certificate says of itself, to who believes this authority. */
  const identityOf = async ({ certificate, key }: Authority, ca_file?: string) => {
    const file = (name: string) => readFileSync(join(home, name));
    const url = await startListener(
      (_request, response) => response.end(JSON.stringify(IDENTITY)),
      { cert: file(certificate), key: file(key) },
    );
    const hosts = { [HOST]: { url, ...(ca_file !== undefined && { ca_file }) } };
    const attempts = { most: 1, window: '1m' };
    const policy = attestationPolicySchema.parse({ version: 1, attempts, hosts });
    const agents = createHostAgents({ policy: () => policy, home });
    onTestFinished(() => agents.close());
    return agents.identity(HOST);
  };

  it('an agent is believed to be itself by the authority that the policy names', async () => {
    expect(await identityOf(its, 'ours.crt')).toEqual({ answer: IDENTITY });
  });

  it.each([
    ['by no authority but those of the machine', () => identityOf(its)],
    ['by another authority', () => identityOf(its, 'theirs.crt')],
    ['by a file without a certificate', () => identityOf(its, 'localhost.key')],
    [
      'under another name than it is called by',
      () => identityOf({ certificate: 'elsewhere.crt', key: 'elsewhere.key' }, 'ours.crt'),
    ],
  ])('it is not %s', async (_what, attempt) => {
    await expect(attempt()).rejects.toMatchObject({ code: 'agent_unreachable', retryable: true });
  });
});
