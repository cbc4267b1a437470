import { request } from 'node:http';
import type { Tpm } from '../../src/agent/tpm.ts';

/** A TPM that answers at once, for tests in which the TPM is not the point. */
export function stillTpm(over: Partial<Tpm> = {}): Tpm {
  const bytes = Buffer.from('key');
  return {
    readPcrs: async () => ({ sha256: { '0': '11'.repeat(32) } }),
    quote: async () => Promise.reject(new Error('this test quotes nothing')),
    akPublic: async () => bytes,
    ekPublic: async () => bytes,
    ekCertificate: async () => null,
    activate: async (credential) => Buffer.from(credential),
    makeEk: async () => false,
    makeAk: async () => false,
    ...over,
  };
}

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
}

/** Calls what listens on a socket. */
export function callSocket(
  socketPath: string,
  route: string,
  { token, body }: { token?: string; body?: string } = {},
): Promise<Reply> {
  const [method = '', path = ''] = route.split(' ');
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, agent: false, method, path, headers });
    call.on('error', reject);
    call.on('response', (response) => {
      const answered = (chunks: Buffer[]) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          bytes: Buffer.concat(chunks),
        });
      response.toArray().then(answered, reject);
    });
    call.end(body);
  });
}

export function jsonOf({ bytes }: Reply): Record<string, unknown> {
  return JSON.parse(bytes.toString('utf8'));
}
