import type { PcrValues } from '../../domain/pcr-policy.ts';
import { verifyQuote, type QuoteVerdict } from './quote.ts';

/** The document that `verifyQuote` takes. Whether its members are what they should be is for `verifyQuote` to say. */
export interface QuoteDocument {
  challenge: unknown;
  enrolment: { firmware_version: string | null; [member: string]: unknown };
  policy: { golden_pcrs?: PcrValues; [member: string]: unknown };
  last_accepted: unknown;
  evidence: unknown;
}

/** Known-good states of a host: whole sets of PCR values by name, and the firmware that may have measured them. */
export interface KnownGood {
  baselines: Record<string, PcrValues>;
  /** `0x…`; null: what was enrolled. */
  firmware: readonly string[] | null;
}

/** `document` is the one that decided, so that anybody can have it verified again. */
export type BaselineVerdict = QuoteVerdict & { baseline: string; document: QuoteDocument };

/**
 * Verifies the quote against each known-good state in turn: one must be matched entirely, never a PCR from here and
 * a PCR from there.
 */
export function verifyAgainst(known: KnownGood, document: QuoteDocument): BaselineVerdict {
  let last = verified('', document);
  for (const [baseline, golden_pcrs] of Object.entries(known.baselines)) {
    for (const firmware_version of known.firmware ?? [document.enrolment.firmware_version]) {
      last = verified(baseline, {
        ...document,
        enrolment: { ...document.enrolment, firmware_version },
        policy: { ...document.policy, golden_pcrs },
      });
      if (last.accepted || !dependsOnState(last.reason)) return last;
    }
  }
  return last;
}

function verified(baseline: string, document: QuoteDocument): BaselineVerdict {
  const verdict = verifyQuote(document);
  return { ...verdict, baseline: verdict.accepted ? baseline : '', document };
}

/** Whether the quote may still be good by another known-good state. */
function dependsOnState(reason: string): boolean {
  return reason === 'pcr-policy-mismatch' || reason === 'firmware-mismatch';
}
