import { z } from 'zod';
import { alertFormatSchema } from '../../domain/alert.ts';
import { sha256Schema } from '../../domain/primitives.ts';
import {
  OUTCOMES,
  type AlertOutcome,
  type AlertReceipt,
  type Outcome,
} from '../../intake/alert-intake.ts';

/** Enough to be looked through; a sender of many learns of the rest by their number, and in the ledger. */
const MOST_ALERTS = 100;
/** Enough for a forwarder to set aside the lines of a batch that were refused. */
const MOST_REFUSED = 1_000;
const MOST_DISAGREEMENTS = 20;
/** A title may be of any length. */
const MOST_CHARACTERS = 256;

const countSchema = z.int().nonnegative();

export const receiptSchema = z.strictObject({
  delivery: sha256Schema.describe('SHA-256 of the body as it came, under which it is kept'),
  format: alertFormatSchema,
  counts: z
    .strictObject({
      ...(Object.fromEntries(OUTCOMES.map((outcome) => [outcome, countSchema])) as Record<
        Outcome,
        typeof countSchema
      >),
      unreadable: countSchema,
    })
    .describe('How many alerts became what; `unreadable` is the parts that are no alert'),
  alerts: z
    .array(
      z.strictObject({
        index: countSchema,
        title: z.string(),
        outcome: z.enum(OUTCOMES),
        rule: z.string().describe('That matched; empty for none'),
        incident_id: z.string().describe('Empty for none'),
        reason: z.string().describe('Empty where it was taken as it came'),
      }),
    )
    .describe(`The first ${MOST_ALERTS}, those first that opened an incident`),
  refused: z
    .array(z.strictObject({ index: countSchema, reason: z.string() }))
    .describe(`The first ${MOST_REFUSED} parts that are no alert, by their place`),
  disagreements: z
    .array(z.string())
    .describe('Where what was sent says one thing of itself and shows another'),
});

/** What a sender is told of its delivery. However much was sent, this is not long. */
export function shownReceipt(receipt: AlertReceipt): z.input<typeof receiptSchema> {
  const { delivery, format, alerts, refused, disagreements } = receipt;
  const byOutcome = Map.groupBy(alerts, ({ outcome }) => outcome);
  const counts = OUTCOMES.map((outcome) => [outcome, byOutcome.get(outcome)?.length ?? 0]);
  return {
    delivery,
    format,
    counts: {
      ...(Object.fromEntries(counts) as Record<Outcome, number>),
      unreadable: refused.length,
    },
    alerts: OUTCOMES.flatMap((outcome) => byOutcome.get(outcome)?.slice(0, MOST_ALERTS) ?? [])
      .slice(0, MOST_ALERTS)
      .toSorted((a, b) => a.index - b.index)
      .map(shown),
    refused: refused.slice(0, MOST_REFUSED).map(({ index, reason }) => {
      return { index, reason: cut(reason) };
    }),
    disagreements: disagreements.slice(0, MOST_DISAGREEMENTS).map(cut),
  };
}

function shown({ index, title, outcome, rule, incident_id, reason }: AlertOutcome): AlertOutcome {
  return { index, title: cut(title), outcome, rule, incident_id, reason: cut(reason) };
}

function cut(text: string): string {
  return text.slice(0, MOST_CHARACTERS).toWellFormed();
}
