import { BlockList, isIP } from 'node:net';
import { z } from 'zod';
import { MAX_LISTED, type RangeAnswer, type RangeEffect, type RangeService } from './service.ts';
import type { RangeStore } from './store.ts';

/** What is ours is never blocked, whoever asks for it. */
const OURS: readonly [network: string, prefix: number][] = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];

const ours = new BlockList();
for (const [network, prefix] of OURS) ours.addSubnet(network, prefix);

const orderSchema = z.looseObject({ subject: z.looseObject({ address: z.string() }) });

/** The edge of the network: lets connections in, but for those from an address that is blocked. */
export const edge: RangeService = {
  name: 'edge',
  scope: ['address'],
  effects: { '/api/v1/block': blocking('hold'), '/api/v1/unblock': blocking('free') },
  routes: {
    'GET /api/v1/status': ({ query }, store) => {
      const asked = query.get('address');
      const blocked = store.held(MAX_LISTED).filter((held) => asked === null || held === asked);
      return { status: 200, body: { service: 'edge', blocked } };
    },
    'POST /api/v1/connections': ({ body }, store) => connect(store, body['address']),
  },
  refusal: 401,
};

function blocking(how: 'hold' | 'free'): RangeEffect {
  return ({ body }, store) => {
    const address = orderSchema.safeParse(body).data?.subject.address ?? '';
    if (isIP(address) === 0) return problem(400, 'an address is blocked, and nothing else');
    if (isOurs(address)) return problem(409, `${address} is ours`);
    store[how](address);
    return { status: 200, body: { status: 'done' } };
  };
}

function isOurs(address: string): boolean {
  if (isIP(address) !== 4) return address === '::1' || /^f[cd]/i.test(address);
  return ours.check(address);
}

function connect(store: RangeStore, address: unknown): RangeAnswer {
  const isBlocked = typeof address === 'string' && store.holds(address);
  return isBlocked
    ? { status: 403, body: { error: 'dropped', by: 'block' } }
    : { status: 202, body: { status: 'let in' } };
}

function problem(status: number, error: string): RangeAnswer {
  return { status, body: { error } };
}
