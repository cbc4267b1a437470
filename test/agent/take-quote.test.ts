import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { takeQuote } from '../../src/agent/take-quote.ts';
import type { PcrValues } from '../../src/domain/pcr-policy.ts';

const NONCE = 'ab'.repeat(32);
const SELECTION = [{ bank: 'sha256' as const, pcrs: [0, 7] }];

/** A TPM whose PCR 7 is another value at each of the given reads and quotes, in turn. */
function tpmOf(...reads: { read: string; quoted: string }[]) {
  let at = -1;
  const values = (seven: string): PcrValues => ({
    sha256: { '0': '00'.repeat(32), '7': seven.repeat(32) },
  });
  return {
    readPcrs: async () => values(reads[(at += 1)]!.read),
    quote: async () => {
      const { '0': zero, '7': seven } = values(reads[at]!.quoted)['sha256']!;
      const digest = createHash('sha256')
        .update(zero! + seven!, 'hex')
        .digest();
      const bytes = Buffer.from('ff', 'hex');
      return {
        akPublic: bytes,
        quote: Buffer.concat([bytes, digest]),
        signature: bytes,
        hash: 'sha256',
      };
    },
  };
}

const deps = (tpm: ReturnType<typeof tpmOf>, log: Buffer | null = null) => ({
  tpm,
  selection: SELECTION,
  eventLog: async () => log,
});

describe('a quote', () => {
  it('comes with the values that it covers, though a PCR was extended before', async () => {
    const tpm = tpmOf({ read: '11', quoted: '22' }, { read: '22', quoted: '22' });
    const { pcr_values, request_nonce } = await takeQuote(deps(tpm), NONCE);
    expect(pcr_values['sha256']?.['7']).toBe('22'.repeat(32));
    expect(request_nonce).toBe(NONCE);
  });

  it('is given up, to be asked for again, where a PCR changes during each', async () => {
    const race = { read: '11', quoted: '22' };
    const answer = takeQuote(deps(tpmOf(race, race, race)), NONCE);
    await expect(answer).rejects.toMatchObject({ code: 'pcr_race', retryable: true });
  });

  it('names the event log by its digest, and null where there is none', async () => {
    const still = { read: '11', quoted: '11' };
    const log = Buffer.from('log');
    const withLog = await takeQuote(deps(tpmOf(still), log), NONCE);
    expect(withLog.event_log_sha256).toBe(createHash('sha256').update(log).digest('hex'));
    expect((await takeQuote(deps(tpmOf(still)), NONCE)).event_log_sha256).toBeNull();
  });
});
