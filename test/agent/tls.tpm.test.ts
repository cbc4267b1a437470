import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startAgent } from '../../src/agent/agent.ts';
import { onPath } from '../../src/range/on-path.ts';
import { manufactureTpm, tpmFolder } from '../../src/range/tpm-manufacture.ts';

/** The vendor of a software TPM has a key with its certificate, which serve here as an agent's. */
let home: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'tls-'));
  await manufactureTpm(home, onPath('swtpm_localca') ?? '');
});
afterAll(() => rmSync(home, { recursive: true }));

it('an agent with a certificate listens where others can reach it, and answers over TLS only', async () => {
  const ca = (file: string) => readFileSync(join(tpmFolder(home), 'ca', file));
  const tls = { cert: ca('issuercert.pem'), key: ca('signkey.pem') };
  const agent = await startAgent({
    bind: { host: '0.0.0.0', port: 0 },
    handler: (_request, response) => response.end('here'),
    tls,
  });
  try {
    const { protocol, port } = new URL(agent.address);
    expect(protocol).toBe('https:');
    // It is not a name of this host: only who answers is looked at.
    const socket = connect({ host: '127.0.0.1', port: Number(port), rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const shown = socket.getPeerX509Certificate()?.fingerprint256;
    expect(shown).toBe(new X509Certificate(tls.cert).fingerprint256);
    socket.destroy();
    await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed');
  } finally {
    await agent.stop();
  }
});
