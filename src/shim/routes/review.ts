import { z } from 'zod';
import type { Order } from '../../domain/messages.ts';
import { evidenceRef } from '../../evidence/digest.ts';
import { unansweredIn } from '../../evidence/review-answers.ts';
import { reviewDraft } from '../../evidence/review-draft.ts';
import { keepAttached } from '../attachments.ts';
import { mustBeOpen } from '../give-order.ts';
import { knownIncident } from '../known-incident.ts';
import { orderedBy, orderRoute } from '../order-route.ts';
import { playbookOf } from '../planned.ts';
import { refuse } from '../refuse.ts';
import { noBody, noQuery, route } from '../route.ts';
import { noNote } from '../schemas.ts';

const PATH = '/api/v1/incidents/{id}/review';
const MARKDOWN = 'text/markdown; charset=utf-8';

/** Some hundred pages. */
const LONGEST_REVIEW = 256 * 1024;
/** A character may take six bytes in JSON. */
const MOST_BYTES = 6 * LONGEST_REVIEW + 64 * 1024;

export const draftReview = route({
  method: 'get',
  path: PATH,
  summary: 'The draft of the review: what the ledger knows, and what is still to be answered',
  access: 'read',
  query: noQuery,
  body: noBody,
  answers: {
    200: { description: 'The same for the same ledger', mediaType: MARKDOWN },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ params }, { ledger: { register } }) => {
    const incident = await knownIncident(register, params['id'] ?? '');
    const body = reviewDraft(incident, await register.timeline(incident.id));
    return { headers: { 'Content-Type': MARKDOWN }, body };
  },
});

export const signReview = orderRoute({
  path: PATH,
  summary: 'Sign the completed review; not for whoever resolved the incident',
  access: ['operator'],
  body: z.strictObject({
    text: z.string().trim().min(1).max(LONGEST_REVIEW).describe('Markdown'),
    note: noNote,
  }),
  mostBytes: MOST_BYTES,
  shows: 'incident',
  refusals: { 400: { description: 'It does not answer all that the playbook asks' } },
  order: async (call, incident, deps) => {
    const { text, note } = call.body;
    const unanswered = unansweredIn(text, playbookOf(incident).plan.review.asks);
    if (unanswered.length > 0) {
      refuse('review_incomplete', `The review does not answer: ${unanswered.join('; ')}`);
    }
    const bytes = Buffer.from(text);
    const document = evidenceRef(bytes, MARKDOWN);
    const order: Order = { order: 'review', ...orderedBy(call, note), document };
    mustBeOpen(incident, order, deps.now());
    await keepAttached(incident.id, [{ ref: document, bytes }], deps);
    return order;
  },
});
