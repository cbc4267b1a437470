import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RangeAnswer, RangeCall, RangeHandler, RangeService } from '../service.ts';
import type { RangeStore } from '../store.ts';
import { fingerprint, firstSecret, NAMES } from './practice-secrets.ts';

/** A secret that is accepted, and the Idempotency-Key that it was issued under; '' for the first one. */
const acceptedSchema = z.array(z.strictObject({ sha256: z.string(), key: z.string() }));
type Accepted = z.infer<typeof acceptedSchema>;

const orderSchema = z.looseObject({ credential: z.enum(NAMES) });

/**
 * Issues what the vault keeps, and knows of it no more than a fingerprint. Revoking ends everything but what the same key
 * has issued since; issuing again under a key ends what it had issued, so that an answer that was lost leaves nothing
 * behind. Whoever comes with a secret is told whether it is accepted.
 */
export function createIssuer(firstKey: string): RangeService {
  const first = (name: string): Accepted => [
    { sha256: fingerprint(firstSecret(firstKey, name)), key: '' },
  ];
  const accepted = (store: RangeStore, name: string) => {
    const kept = store.setting(name);
    return kept === undefined ? first(name) : acceptedSchema.parse(JSON.parse(kept));
  };
  const keep = (store: RangeStore, name: string, all: Accepted) =>
    store.set(name, JSON.stringify(all));
  return {
    name: 'issuer',
    scope: [],
    effects: {},
    routes: {
      'POST /v1/credentials/revoke': obey(({ lying }, store, { name, key }) => {
        const before = accepted(store, name);
        const left = before.filter((one) => one.key === key);
        if (!lying) keep(store, name, left);
        return { status: 200, body: { revoked: before.length - left.length } };
      }),
      'POST /v1/credentials/issue': obey(({ lying }, store, { name, key }) => {
        const secret = `practice-${randomBytes(32).toString('hex')}`;
        const others = accepted(store, name).filter((one) => one.key !== key);
        if (!lying) keep(store, name, [...others, { sha256: fingerprint(secret), key }]);
        return { status: 201, body: { credential: name, secret } };
      }),
      'GET /v1/whoami': ({ header }, store) => {
        const given = fingerprint((header('authorization') ?? '').replace(/^Bearer /, ''));
        const name = NAMES.find((each) =>
          accepted(store, each).some(({ sha256 }) => sha256 === given),
        );
        return name === undefined
          ? { status: 401, body: { error: 'unauthorized' } }
          : { status: 200, body: { credential: name } };
      },
    },
    acting: ['POST /v1/credentials/revoke', 'POST /v1/credentials/issue'],
    open: ['GET /v1/whoami'],
    refusal: 403,
  };
}

/** An order without a key could not be repeated, and is refused. */
function obey(
  act: (call: RangeCall, store: RangeStore, order: { name: string; key: string }) => RangeAnswer,
): RangeHandler {
  return (call, store) => {
    const order = orderSchema.safeParse(call.body);
    const key = call.header('idempotency-key') ?? '';
    if (!order.success) return { status: 404, body: { error: 'there is no such credential' } };
    if (key === '') return { status: 400, body: { error: 'an Idempotency-Key is needed' } };
    return act(call, store, { name: order.data.credential, key });
  };
}
