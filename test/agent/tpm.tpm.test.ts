import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../src/agent/provision.ts';
import { takeQuote } from '../../src/agent/take-quote.ts';
import { openTpm } from '../../src/agent/tpm.ts';
import type { AkKind } from '../../src/agent/tpm-keys.ts';
import { makeCredential } from '../../src/evidence/tpm/credential.ts';
import { parsePublic } from '../../src/evidence/tpm/public.ts';
import { bootValues } from '../../src/range/practice-boot.ts';
import {
  type BlankTpm,
  EK_HANDLE,
  SELECTION,
  startBlankTpm,
  tool,
  verdictOn,
} from '../support/software-tpm.ts';

const NONCE = 'ab'.repeat(32);
const GOLDEN = { sha256: bootValues() };

/** One key of each kind, at handles of their own. */
const KINDS: [AkKind, string][] = [
  ['ecdsa-p256', '0x81010020'],
  ['ecdsa-p384', '0x81010021'],
  ['rsassa-2048', '0x81010022'],
  ['rsapss-2048', '0x81010023'],
];

let blank: BlankTpm;
beforeAll(async () => {
  blank = await startBlankTpm();
  for (const [kind, handle] of KINDS) await provision(blank.open(handle), { kind });
});
afterAll(() => blank.stop());

const quoteOf = (tpm = blank.open(), selection = SELECTION) =>
  takeQuote({ tpm, selection, eventLog: async () => null }, NONCE);

describe('a quote', () => {
  it.each(KINDS)('by an %s key is accepted by the verifier', async (_, handle) => {
    const tpm = blank.open(handle);
    const expected = { akPublic: await tpm.akPublic(), nonce: NONCE, golden: GOLDEN };
    expect(verdictOn(await quoteOf(tpm), expected)).toMatchObject({ accepted: true });
  });

  it('covers more PCRs than a TPM reads at once', async () => {
    const selection = [{ bank: 'sha256' as const, pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] }];
    const answer = await quoteOf(blank.open(), selection);
    const { '0': zero, '7': seven } = bootValues();
    expect(answer.pcr_values['sha256']).toMatchObject({
      '0': zero,
      '7': seven,
      '11': '00'.repeat(32),
    });
  });

  it('leaves no file behind, and nor does one that fails', async () => {
    const { TMPDIR } = process.env;
    const folder = mkdtempSync(join(tmpdir(), 'q-'));
    process.env['TMPDIR'] = folder;
    try {
      await quoteOf();
      const attempt = quoteOf(blank.open('0x81010077'));
      await expect(attempt).rejects.toMatchObject({ code: 'tpm_key_missing' });
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      if (TMPDIR === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = TMPDIR;
      rmSync(folder, { recursive: true });
    }
  });

  it('waits for its turn when many are asked for', async () => {
    const tpm = blank.open();
    const akPublic = await tpm.akPublic();
    const answers = await Promise.all(Array.from({ length: 8 }, () => quoteOf(tpm)));
    const verdicts = answers.map((answer) =>
      verdictOn(answer, { akPublic, nonce: NONCE, golden: GOLDEN }),
    );
    expect(verdicts.filter(({ accepted }) => accepted)).toHaveLength(8);
  });
});

describe('provisioning', () => {
  it('keeps the keys that are there', async () => {
    const tpm = blank.open();
    const keys = async () => [await tpm.akPublic(), await tpm.ekPublic()];
    const before = await keys();
    const again = await provision(tpm, { kind: 'rsassa-2048' });
    expect(again.created).toBe(false);
    expect(await keys()).toEqual(before);
  });

  it('finds no certificate where the vendor has left none', async () => {
    expect(await blank.open().ekCertificate()).toBeNull();
  });
});

describe('a credential', () => {
  /** More than a TPM has sessions for. */
  const TIMES = 5;

  it('for another key is not opened, and its session is given back each time', async () => {
    const tpm = blank.open();
    const [ek, ak, other] = [
      parsePublic(await tpm.ekPublic()),
      parsePublic(await tpm.akPublic()),
      parsePublic(await blank.open('0x81010021').akPublic()),
    ];
    const secret = randomBytes(32);
    const credentialFor = ({ name }: typeof ak) =>
      makeCredential(ek, name, secret, randomBytes(32));
    for (let time = 0; time < TIMES; time += 1) {
      const made = credentialFor(other);
      expect(await tpm.activate(made.credential, made.secret)).toBeNull();
    }
    const made = credentialFor(ak);
    expect(await tpm.activate(made.credential, made.secret)).toEqual(secret);
  });
});

describe('a TPM that does not do it', () => {
  it.each([
    ['is not there', 'swtpm:path=/nonexistent/tpm.sock'],
    ['is reached by a way that does not exist', 'nothing:at=all'],
  ])('and %s is a fault that says nothing of what it was given', async (_, tcti) => {
    const tpm = openTpm({ tcti, akHandle: '0x81010020', ekHandle: EK_HANDLE });
    const attempt = quoteOf(tpm);
    await expect(attempt).rejects.toMatchObject({ code: 'tpm_failed', retryable: false });
    await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining(NONCE) });
  });

  it('refuses more waiting operations than it can serve in time', async () => {
    const tpm = blank.open();
    const attempts = Array.from({ length: 40 }, () => tpm.akPublic());
    const done = await Promise.allSettled(attempts);
    const refused = done.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(8);
    expect(refused[0]).toMatchObject({ reason: { code: 'tpm_busy', retryable: true } });
  });
});

describe('a PCR that is extended in between', () => {
  let racing: BlankTpm;
  beforeEach(async () => {
    racing = await startBlankTpm();
    await provision(racing.open());
  });
  afterEach(() => racing.stop());

  /** The TPM, whose PCR 7 is extended after each of its first reads. */
  const extendedAfter = (reads: number) => {
    const tpm = racing.open();
    let done = 0;
    return {
      ...tpm,
      readPcrs: async (...[selection]: Parameters<typeof tpm.readPcrs>) => {
        const values = await tpm.readPcrs(selection);
        if ((done += 1) <= reads) await racing.extend(7, '11'.repeat(32));
        return values;
      },
    };
  };

  it('is noticed, and the values that are quoted are the ones that are given', async () => {
    const answer = await quoteOf(extendedAfter(2));
    const golden = answer.pcr_values;
    expect(golden['sha256']?.['7']).not.toBe(bootValues()['7']);
    const akPublic = await racing.open().akPublic();
    expect(verdictOn(answer, { akPublic, nonce: NONCE, golden })).toMatchObject({ accepted: true });
  });

  it('each time is a fault to be retried', async () => {
    const attempt = quoteOf(extendedAfter(3));
    await expect(attempt).rejects.toMatchObject({ code: 'pcr_race', retryable: true });
  });
});

it('a bank that is switched off is a fault, and not a quote of nothing', async () => {
  const other = await startBlankTpm();
  try {
    await provision(other.open());
    await tool(other.tcti, 'tpm2_pcrallocate', 'sha1:none+sha256:all+sha384:none+sha512:all');
    await other.power.reset();
    await tool(other.tcti, 'tpm2_startup', '-c');
    const selection = [...SELECTION, { bank: 'sha384' as const, pcrs: [0] }];
    const attempt = quoteOf(other.open(), selection);
    await expect(attempt).rejects.toMatchObject({ code: 'tpm_bank_off', retryable: false });
  } finally {
    await other.stop();
  }
});
