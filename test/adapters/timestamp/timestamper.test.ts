import { AsnConvert } from '@peculiar/asn1-schema';
import { PKIFreeText, PKIStatus, PKIStatusInfo, TimeStampResp } from '@peculiar/asn1-tsp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { timestampQuery } from '../../../src/adapters/timestamp/query.ts';
import { createTimestamper } from '../../../src/adapters/timestamp/timestamper.ts';
import { readTrustedCertificates } from '../../../src/adapters/timestamp/trusted-certificates.ts';
import { verifyTimestamp } from '../../../src/adapters/timestamp/verify-timestamp.ts';
import { honestly, makeTsa, serveTsa, type Tsa, type TsaServer } from '../../support/tsa.ts';

const STAMPED = Buffer.from('the signature of a manifest');
const SHORTLY_MS = 300;

let tsa: Tsa;
let server: TsaServer | undefined;
beforeAll(async () => {
  tsa = await makeTsa();
});
afterAll(() => tsa.remove());
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

/** One question to a TSA that answers like this. */
async function stamp(answer: Parameters<typeof serveTsa>[0], timeoutMs?: number) {
  server = await serveTsa(answer);
  return ask(server.url, timeoutMs);
}

async function ask(url: string, timeoutMs?: number) {
  const certificates = readTrustedCertificates(tsa.root);
  const timestamper = createTimestamper({
    ...{ url, certificates, ...(timeoutMs !== undefined && { timeoutMs }) },
  });
  try {
    return await timestamper.stamp(STAMPED);
  } finally {
    await timestamper.close();
  }
}

const fault = (code: string, message: string) =>
  expect.objectContaining({ code, retryable: true, message: expect.stringContaining(message) });

const rejection = (status: PKIStatus, text: string) => {
  const statusString = new PKIFreeText([text]);
  const answer = new TimeStampResp({ status: new PKIStatusInfo({ status, statusString }) });
  return Buffer.from(AsnConvert.serialize(answer));
};

describe('the TSA', () => {
  it('gives a token that verifies, over the digest alone', async () => {
    const stamped = await stamp(honestly(tsa));
    const trusted = readTrustedCertificates(tsa.root);
    expect(verifyTimestamp(stamped.token, STAMPED, trusted)).toEqual({
      ...{ valid: true, time_ms: stamped.time_ms, authority: 'O=Test, CN=tsa' },
    });
    expect(server?.asked[0]?.includes(STAMPED)).toBe(false);
  });

  it('is asked with another nonce each time', async () => {
    const first = await stamp(honestly(tsa));
    const second = await ask(server?.url ?? '');
    expect(Buffer.from(first.token).equals(second.token)).toBe(false);
    expect(new Set(server?.asked.map((query) => query.toString('hex'))).size).toBe(2);
  });

  it.each<[string, Parameters<typeof serveTsa>[0], ReturnType<typeof fault>]>([
    [
      'stamps something else',
      async (_query, response) => {
        const other = timestampQuery(Buffer.from('something else'), Buffer.alloc(16, 0x41));
        response.end(await tsa.reply(other));
      },
      fault('tsa_answer_refused', 'wrong_imprint'),
    ],
    [
      'repeats what it said to another question',
      async (_query, response) => {
        response.end(await tsa.reply(timestampQuery(STAMPED, Buffer.alloc(16, 0x41))));
      },
      fault('tsa_answer_refused', 'wrong_nonce'),
    ],
    [
      'rejects the question',
      (_query, response) => void response.end(rejection(PKIStatus.rejection, 'closed today')),
      fault('tsa_rejected', 'rejection: closed today'),
    ],
    [
      'grants without a token',
      (_query, response) => void response.end(rejection(PKIStatus.granted, 'there you are')),
      fault('tsa_answer_refused', 'malformed'),
    ],
    [
      'answers with a web page',
      (_query, response) => void response.end('<html>'),
      fault('tsa_answer_refused', 'malformed'),
    ],
    [
      'fails',
      (_query, response) => void response.writeHead(503).end(),
      fault('tsa_http_error', 'answered 503'),
    ],
    [
      'leads elsewhere',
      (_query, response) => void response.writeHead(307, { location: '/elsewhere' }).end(),
      fault('tsa_http_error', 'answered 307'),
    ],
    [
      'sends 10 MB',
      (_query, response) => void response.end(Buffer.alloc(10 * 1024 * 1024)),
      fault('tsa_answer_too_large', 'more than 65536 bytes'),
    ],
  ])('is refused where it %s', async (_what, answer, expected) => {
    await expect(stamp(answer)).rejects.toThrow(expected);
  });

  it.each<[string, Parameters<typeof serveTsa>[0]]>([
    ['says nothing', () => undefined],
    ['begins to answer, and never ends', (_query, response) => void response.write('0')],
  ])('is given up where it %s', async (_what, answer) => {
    await expect(stamp(answer, SHORTLY_MS)).rejects.toThrow(fault('tsa_timeout', 'in time'));
  });

  it('is given up at once by whoever closes it', async () => {
    server = await serveTsa(() => undefined);
    const certificates = readTrustedCertificates(tsa.root);
    const timestamper = createTimestamper({ url: server.url, certificates });
    const asking = timestamper.stamp(STAMPED).catch((error: unknown) => error);
    await timestamper.close();
    expect(await asking).toEqual(fault('tsa_unreachable', 'cannot be reached'));
  });

  it('is out of reach where nobody listens', async () => {
    const gone = await serveTsa(() => undefined);
    await gone.stop();
    await expect(ask(gone.url)).rejects.toThrow(fault('tsa_unreachable', 'ECONNREFUSED'));
  });
});
