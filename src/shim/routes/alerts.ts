import type { Delivery } from '../../intake/alert-intake.ts';
import { deliver } from '../alerts/deliver.ts';
import { formatCalled } from '../alerts/door.ts';
import { receiptSchema, shownReceipt } from '../alerts/receipt.ts';
import type { ShimDeps } from '../deps.ts';
import { noQuery, rawBody, route, type Call, type Reply } from '../route.ts';

const DECLARED = {
  method: 'post',
  access: 'detector',
  query: noQuery,
  body: rawBody,
  headers: { 'Content-Encoding': 'gzip, deflate or zstd' },
  answers: {
    200: { description: 'In the ledger: what became of each alert', schema: receiptSchema },
    401: { description: 'No credential that is valid' },
    403: { description: 'Not a format, or not a role, of this credential' },
    413: { description: 'Larger, or more alerts, than may be sent at once' },
    422: { description: 'No part of it is an alert; it is kept as it came' },
    429: { description: 'Beyond the rate of this credential; 503 where the sender repeats that' },
    503: { description: 'Nothing was recorded; the same must be sent again' },
  },
} as const;

/** The sender's own id of an alert, or what stands for one, makes a repeat harmless: nothing else is asked of it. */
export const alerts = route({
  ...DECLARED,
  path: '/api/v1/alerts',
  summary: 'Send alerts of a detector, in whichever of the known formats',
  answers: {
    ...DECLARED.answers,
    415: { description: 'In no format that is known; it is kept as it came' },
  },
  handle: answer,
});

export const alertsOf = route({
  ...DECLARED,
  path: '/api/v1/alerts/{detector}',
  summary: 'Send alerts of a detector, in the format of that name',
  answers: { ...DECLARED.answers, 404: { description: 'No format has this name' } },
  handle: answer,
});

async function answer(
  { principal, body, params }: Call<Record<string, never>, Delivery>,
  deps: ShimDeps,
): Promise<Reply> {
  const asked = formatCalled(deps.door.formats, params['detector']);
  const receipt = shownReceipt(await deliver(principal, body, asked, deps));
  for (const [outcome, count] of Object.entries(receipt.counts)) {
    if (count > 0) deps.metrics.alerts.inc({ format: receipt.format, outcome }, count);
  }
  return { body: receipt };
}
