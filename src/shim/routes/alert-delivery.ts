import { sha256Schema } from '../../domain/primitives.ts';
import { refuse } from '../refuse.ts';
import { noBody, noQuery, route } from '../route.ts';

export const alertDelivery = route({
  method: 'get',
  path: '/api/v1/alerts/deliveries/{sha256}',
  summary: 'The bytes of one call of a detector, as they came',
  access: ['forensic'],
  query: noQuery,
  body: noBody,
  answers: {
    200: {
      description:
        'The bytes; the headers they came with are in Cordon-Headers, JSON percent-encoded',
      mediaType: 'application/octet-stream',
    },
    404: { description: 'There are none of that SHA-256, or not any more' },
  },
  handle: async ({ params }, { ledger }) => {
    const sha256 = params['sha256'] ?? '';
    const kept = sha256Schema.safeParse(sha256).success
      ? await ledger.alerts.delivery(sha256)
      : null;
    if (kept === null) return refuse('delivery_not_found', `There is no delivery ${sha256}`);
    return async (response) => {
      response.set('Content-Type', 'application/octet-stream');
      response.set('Cordon-Headers', encodeURIComponent(JSON.stringify(kept.headers)));
      response.end(kept.bytes);
    };
  },
});
