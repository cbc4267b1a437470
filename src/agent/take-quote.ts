import { createHash } from 'node:crypto';
import { Fault } from '../domain/fault.ts';
import type { QuoteAnswer } from '../domain/host-agent.ts';
import type { PcrSelection, PcrValues } from '../domain/pcr-policy.ts';
import type { TakenQuote, Tpm } from './tpm.ts';

/** PCRs are extended at boot, and rarely later: two races in a row are a host that is still starting. */
const MOST_ATTEMPTS = 3;

export interface QuoteDeps {
  tpm: Pick<Tpm, 'readPcrs' | 'quote'>;
  /** Ours and never the caller's: what is not selected is not proven. */
  selection: readonly PcrSelection[];
  eventLog: () => Promise<Uint8Array | null>;
}

/** `nonce`: hex. Fault `pcr_race`, retryable, where a PCR is extended each time between reading and quoting. */
export async function takeQuote(deps: QuoteDeps, nonce: string): Promise<QuoteAnswer> {
  const { tpm, selection } = deps;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const values = await tpm.readPcrs(selection);
    const taken = await tpm.quote(nonce, selection);
    if (covers(taken, selection, values))
      return answerOf(taken, nonce, values, await deps.eventLog());
  }
  const message = `a PCR changed during each of ${MOST_ATTEMPTS} quotes`;
  throw new Fault('pcr_race', message, { retryable: true });
}

/** A TPMS_ATTEST of a quote ends with its digest of the PCRs in the order of the selection. */
function covers(
  { quote, hash }: TakenQuote,
  selection: readonly PcrSelection[],
  values: PcrValues,
): boolean {
  const digest = createHash(hash);
  for (const { bank, pcrs } of selection) {
    for (const pcr of pcrs) digest.update(values[bank]?.[pcr] ?? '', 'hex');
  }
  const expected = digest.digest();
  return quote.subarray(-expected.length).equals(expected);
}

function answerOf(
  { akPublic, quote, signature }: TakenQuote,
  nonce: string,
  values: PcrValues,
  log: Uint8Array | null,
): QuoteAnswer {
  return {
    schema: 'tpm-evidence/1',
    request_nonce: nonce,
    ak_public: akPublic.toString('base64'),
    quote: quote.toString('base64'),
    signature: signature.toString('base64'),
    pcr_values: values,
    event_log_sha256: log === null ? null : createHash('sha256').update(log).digest('hex'),
  };
}
