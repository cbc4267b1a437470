import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  malformed,
  MAX_LISTED,
  type RangeAnswer,
  type RangeEffect,
  type RangeService,
} from './service.ts';
import type { RangeStore } from './store.ts';

const LOG_LINES = 100;
const NAMES = 'names';

const containerSchema = z.strictObject({
  /** How many ran in its place before this one. */
  generation: z.int(),
  /** The incidents for which it was replaced. */
  recycled_for: z.array(z.string()),
  log: z.array(z.string()),
});
type Container = z.infer<typeof containerSchema>;

const orderSchema = z.looseObject({
  incident_id: z.string(),
  subject: z.looseObject({ container: z.string().min(1) }),
});
const workSchema = z.strictObject({ container: z.string().min(1), line: z.string().max(1_000) });

/** Runs containers, by name. One that is recycled ends, and a fresh one with nothing of the old has its name. */
export const containers: RangeService = {
  name: 'containers',
  scope: ['container'],
  effects: { '/api/v1/recycle': recycle() },
  routes: {
    'GET /api/v1/status': (_call, store) => ({
      status: 200,
      body: { service: 'containers', known: known(store).slice(0, MAX_LISTED) },
    }),
    'GET /api/v1/container': ({ query }, store) => {
      const name = query.get('container') ?? '';
      return { status: 200, body: described(name, find(store, name)) };
    },
    'GET /api/v1/container/log': ({ query }, store) => {
      const { generation, log } = find(store, query.get('container') ?? '');
      return { status: 200, body: { generation, log } };
    },
    'POST /api/v1/work': ({ body }, store) => work(store, body),
  },
  refusal: 401,
};

function recycle(): RangeEffect {
  return ({ body }, store) => {
    const order = orderSchema.safeParse(body);
    if (!order.success) return malformed(order.error);
    const { incident_id, subject } = order.data;
    const { generation, recycled_for } = find(store, subject.container);
    const fresh = { generation: generation + 1, log: [] };
    keep(store, subject.container, { ...fresh, recycled_for: [...recycled_for, incident_id] });
    return { status: 200, body: { status: 'done' } };
  };
}

function work(store: RangeStore, body: unknown): RangeAnswer {
  const order = workSchema.safeParse(body);
  if (!order.success) return malformed(order.error);
  const { container, line } = order.data;
  const before = find(store, container);
  keep(store, container, { ...before, log: [...before.log, line].slice(-LOG_LINES) });
  return { status: 202, body: { status: 'accepted' } };
}

function described(name: string, { generation, recycled_for }: Container) {
  const before = Array.from({ length: Math.min(generation, MAX_LISTED) }, (_, at) =>
    idOf(name, at),
  );
  const ids = { id: idOf(name, generation), gone: before };
  return { container: name, running: true, ...ids, recycled_for };
}

function idOf(name: string, generation: number): string {
  return createHash('sha256').update(`${name}/${generation}`).digest('hex').slice(0, 12);
}

function find(store: RangeStore, name: string): Container {
  const kept = store.setting(`container/${name}`);
  if (kept === undefined) return { generation: 0, recycled_for: [], log: [] };
  return containerSchema.parse(JSON.parse(kept));
}

function keep(store: RangeStore, name: string, container: Container): void {
  store.set(`container/${name}`, JSON.stringify(container));
  const names = known(store);
  if (!names.includes(name)) store.set(NAMES, JSON.stringify([...names, name]));
}

function known(store: RangeStore): string[] {
  return z.array(z.string()).parse(JSON.parse(store.setting(NAMES) ?? '[]'));
}
