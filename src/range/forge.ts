import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { QuoteAnswer } from '../domain/host-agent.ts';
import { bootValues } from './practice-boot.ts';

/** TPMT_SIGNATURE of TPM_ALG_ECDSA with TPM_ALG_SHA256: the two numbers follow, 32 bytes each. */
const ECDSA_SHA256 = Buffer.from('0018000b', 'hex');
const NUMBER_SIZE = Buffer.from('0020', 'hex');
const NUMBER_BYTES = 32;

/** A key of our own, of the kind that the host is enrolled with. */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/**
 * The quote of a host that booted as it should, whatever the host is: everything is as it was asked for, and claims
 * the enrolled key. Only that key has not signed it.
 */
export function forgedAnswer(honest: QuoteAnswer): QuoteAnswer {
  const values = bootValues();
  const digest = createHash('sha256').update(Object.values(values).join(''), 'hex').digest();
  const attest = Buffer.from(honest.quote, 'base64');
  // A quote ends with its digest of the PCRs.
  const forged = Buffer.concat([attest.subarray(0, -digest.length), digest]);
  return {
    ...honest,
    quote: forged.toString('base64'),
    signature: signatureOf(forged).toString('base64'),
    pcr_values: { sha256: values },
  };
}

function signatureOf(attest: Buffer): Buffer {
  const pair = sign('sha256', attest, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const r = pair.subarray(0, NUMBER_BYTES);
  const s = pair.subarray(NUMBER_BYTES);
  return Buffer.concat([ECDSA_SHA256, NUMBER_SIZE, r, NUMBER_SIZE, s]);
}
