import { createHash, X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { identitySchema, quoteAnswerSchema } from '../../src/domain/host-agent.ts';
import { startPracticeHost } from '../../src/practice-host.ts';
import {
  callRange,
  extendHostPcr,
  resetHost,
  setRangeFault,
  tamperHost,
} from '../../src/range/client.ts';
import { bootValues } from '../../src/range/practice-boot.ts';
import { startRange, type Range } from '../../src/range/range.ts';
import { tokenFile } from '../../src/range/secrets.ts';
import { resetCountIn, verdictOn } from '../support/software-tpm.ts';

const GOLDEN = { sha256: bootValues() };
const log = pino({ level: 'silent' });

let home: string;
let range: Range;
let akPublic: Buffer;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'h-'));
  range = await start();
  akPublic = Buffer.from((await identity()).ak_public, 'base64');
});
afterAll(async () => {
  await range.stop();
  rmSync(home, { recursive: true });
});
beforeEach(async () => {
  await tamperHost(home, 'none');
  await resetHost(home);
});

function start(): Promise<Range> {
  const config = readConfig({ CORDON_HOME: home, CORDON_RANGE_TPM: 'require' });
  const host = () => startPracticeHost(config, log);
  return startRange({ home, attestorPort: 0, integrityPort: 0, host });
}

async function identity() {
  return identitySchema.parse((await callRange(home, 'host', 'GET', '/api/v1/identity')).body);
}

async function quote(nonce: string) {
  const body = { request_nonce: nonce };
  return quoteAnswerSchema.parse(
    (await callRange(home, 'host', 'POST', '/api/v1/quote', body)).body,
  );
}

/** What a verifier says of the host's answer to a fresh challenge. */
async function verdict() {
  const nonce = createHash('sha256').update(String(performance.now())).digest('hex');
  return verdictOn(await quote(nonce), { akPublic, nonce, golden: GOLDEN });
}

describe('the practice host', () => {
  it('proves that it booted as it should', async () => {
    expect(await verdict()).toMatchObject({ accepted: true });
  });

  it('does not, once something else was measured, until it has booted again', async () => {
    const before = resetCountIn(await verdict());
    await extendHostPcr(home, 7);
    expect(await verdict()).toMatchObject({ accepted: false, reason: 'pcr-policy-mismatch' });
    await resetHost(home);
    expect(resetCountIn(await verdict())).toBe(before + 1);
  });

  it('has an endorsement key that its own authority vouches for', async () => {
    const { ek_certificate } = await identity();
    const certificate = new X509Certificate(Buffer.from(ek_certificate ?? '', 'base64'));
    const bundle = readFileSync(join(home, 'range', 'tpm', 'ek-root.pem'), 'utf8');
    const [root, issuer] = bundle
      .split(/(?<=-----END CERTIFICATE-----\n)/)
      .map((pem) => new X509Certificate(pem));
    expect(certificate.verify(issuer!.publicKey)).toBe(true);
    expect(issuer!.verify(root!.publicKey)).toBe(true);
    expect(root!.verify(root!.publicKey)).toBe(true);
  });

  it('keeps the keys of that authority to its owner', () => {
    for (const key of ['signkey.pem', 'swtpm-localca-rootca-privkey.pem']) {
      expect(statSync(join(home, 'range', 'tpm', 'ca', key)).mode & 0o777).toBe(0o600);
    }
  });

  it('is the same host after the range was stopped and started', async () => {
    const before = await identity();
    const resets = resetCountIn(await verdict());
    await range.stop();
    expect(existsSync(join(home, 'run', 'host-agent.sock'))).toBe(false);
    range = await start();
    expect(await identity()).toEqual(before);
    expect(resetCountIn(await verdict())).toBeGreaterThan(resets);
  });

  it('is gone while it is down, and there again afterwards', async () => {
    await setRangeFault(home, 'host', { fault: 'down' });
    await expect(verdict()).rejects.toMatchObject({ code: 'range_unreachable' });
    await setRangeFault(home, 'host', { fault: 'none' });
    expect(await verdict()).toMatchObject({ accepted: true });
  });

  it('passes on what the agent refuses, with its code', async () => {
    const reply = await callRange(home, 'host', 'POST', '/api/v1/quote', { request_nonce: 'x' });
    expect(reply).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    const orders = await callRange(home, 'host', 'POST', '/range/extend', { pcr: 24 });
    expect(orders.status).toBe(400);
  });
});

describe('an answer that was tampered with', () => {
  it.each([
    ['nonce', 'nonce-mismatch'],
    ['key', 'signature-invalid'],
    ['replay', 'nonce-mismatch'],
  ] as const)('by %s is refused for %s', async (how, reason) => {
    await tamperHost(home, how);
    expect(await verdict()).toMatchObject({ accepted: false, reason });
    expect((await callRange(home, 'host', 'GET', '/range/host')).body).toMatchObject({
      tampered: how,
    });
  });

  it('by nonce claims the nonce that was asked for', async () => {
    await tamperHost(home, 'nonce');
    expect((await quote('ab'.repeat(32))).request_nonce).toBe('ab'.repeat(32));
  });

  it('by key claims the enrolled key and a good boot, also of a host that had none', async () => {
    await extendHostPcr(home, 7);
    await tamperHost(home, 'key');
    const answer = await quote('ab'.repeat(32));
    expect(answer.ak_public).toBe(akPublic.toString('base64'));
    expect(answer.pcr_values).toEqual(GOLDEN);
  });

  it('by replay is the last honest one, whatever was answered since', async () => {
    const honest = await quote('ab'.repeat(32));
    await tamperHost(home, 'nonce');
    await quote('cd'.repeat(32));
    await tamperHost(home, 'replay');
    expect(await quote('ef'.repeat(32))).toEqual(honest);
  });
});

describe('the door', () => {
  it('keeps its token to its owner', () => {
    expect(statSync(join(home, tokenFile('host'))).mode & 0o777).toBe(0o600);
  });
});
