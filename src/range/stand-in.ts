import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { createFaultBox, rangeFaultSchema, type FaultBox, type RangeFault } from './faults.ts';
import {
  type Forwarded,
  heldThing,
  type Poured,
  type RangeAnswer,
  type RangeCall,
  type RangeService,
} from './service.ts';
import type { RangeStore } from './store.ts';

const MAX_BODY_BYTES = 64 * 1024;
/** They change a thing that their path names, and so lie and fail like effects do. */
const WRITING = new Set(['PUT', 'PATCH', 'DELETE']);
/** Keeps the answer within what a client may accept. */
const MAX_EFFECTS_SHOWN = 300;

export interface StandInDeps {
  token: string;
  store: RangeStore;
  log: (message: string) => void;
}

/** A stand-in's door: the same for every service, on its socket and on its port. */
export interface StandIn {
  handle(request: IncomingMessage, response: ServerResponse, control: boolean): Promise<void>;
}

interface Door extends StandInDeps {
  service: RangeService;
  faults: FaultBox;
}

export function createStandIn(service: RangeService, deps: StandInDeps): StandIn {
  const door: Door = { ...deps, service, faults: createFaultBox() };
  return {
    handle: async (request, response, control) => {
      try {
        await serve(door, request, response, control);
      } catch (error) {
        deps.log(`${service.name}: ${String(error)}`);
        response.destroy();
      }
    },
  };
}

/** `control`: whether the range's own paths are served here; they are not on a TCP port. */
async function serve(
  door: Door,
  request: IncomingMessage,
  response: ServerResponse,
  control: boolean,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://range');
  const route = `${request.method} ${url.pathname}`;
  const ours = url.pathname.startsWith('/range/') || url.pathname === '/api/v1/effects';
  const fault = ours ? undefined : door.faults.next(isActing(door.service, route));
  if (fault?.fault === 'down') return void request.socket.destroy();

  const answer =
    ours && !control
      ? problem(404, 'not found')
      : (gate(door, request, route, fault) ?? (await respond(door, request, url, route, fault)));
  // Unreferenced: an answer that is late on purpose must not keep the process alive.
  if (fault?.fault === 'slow') await delay(fault.ms, undefined, { ref: false });
  await send(response, answer);
}

function isActing(service: RangeService, route: string): boolean {
  const [method = '', path = ''] = route.split(' ');
  if (service.acting?.includes(route) || WRITING.has(method)) return true;
  return method === 'POST' && Object.hasOwn(service.effects, path);
}

/** Refuses before the body is read. */
function gate(
  { service, token }: Door,
  request: IncomingMessage,
  route: string,
  fault: RangeFault | undefined,
): RangeAnswer | undefined {
  if (fault?.fault === 'flapping') return problem(503, 'unavailable');
  if (fault?.fault === 'refuse') return problem(401, 'unauthorized');
  if (service.open?.includes(route)) return undefined;
  const given = Buffer.from(request.headers.authorization ?? '');
  const expected = Buffer.from(`Bearer ${token}`);
  if (given.length === expected.length && timingSafeEqual(given, expected)) return undefined;
  return problem(service.refusal, service.refusal === 401 ? 'unauthorized' : 'forbidden');
}

async function respond(
  door: Door,
  request: IncomingMessage,
  url: URL,
  route: string,
  fault: RangeFault | undefined,
): Promise<RangeAnswer | Forwarded | Poured> {
  const body = await readBody(request);
  if ('status' in body) return body;
  const lying = fault?.fault === 'lying';
  const header = (name: string) => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const call: RangeCall = {
    ...{ query: url.searchParams, body: body.object, list: body.list, header, lying },
  };
  const answer = await act(door, request, url.pathname, route, call);
  return fault?.fault === 'error_after_effect' ? problem(500, 'internal error') : answer;
}

function act(
  door: Door,
  request: IncomingMessage,
  path: string,
  route: string,
  call: RangeCall,
): RangeAnswer | Forwarded | Promise<RangeAnswer | Forwarded | Poured> {
  const { service, store } = door;
  const key = request.headers['idempotency-key'];
  if (route === 'POST /range/faults') return order(door, call);
  if (route === 'GET /api/v1/effects') return counts(store, call);
  if (request.method === 'POST' && Object.hasOwn(service.effects, path)) {
    return effect(door, path, typeof key === 'string' ? key : undefined, call);
  }
  const handler = Object.hasOwn(service.routes, route)
    ? service.routes[route]
    : service.things?.(request.method ?? '', path);
  return handler ? handler(call, store) : problem(404, 'not found');
}

function order({ faults, service, log }: Door, call: RangeCall): RangeAnswer {
  const parsed = rangeFaultSchema.safeParse(call.body);
  if (!parsed.success) return problem(400, z.prettifyError(parsed.error));
  faults.set(parsed.data);
  log(`${service.name}: shows ${parsed.data.fault}`);
  return { status: 200, body: { ...parsed.data } };
}

function counts(store: RangeStore, { query }: RangeCall): RangeAnswer {
  return { status: 200, body: { effects: store.effects(query.get('key'), MAX_EFFECTS_SHOWN) } };
}

const effectBodySchema = z.looseObject({ subject: z.record(z.string(), z.string()).default({}) });

/** Carries it out on what the subject names, once for each key. A lie and a refusal are not remembered. */
function effect(
  { service, store }: Door,
  path: string,
  key: string | undefined,
  call: RangeCall,
): RangeAnswer {
  const parsed = effectBodySchema.safeParse(call.body);
  if (!parsed.success) return problem(400, 'subject must be an object of strings');
  const { subject } = parsed.data;
  const done: RangeAnswer = { status: 200, body: { status: 'done' } };
  if (call.lying) return done;
  const thing = heldThing(service.scope, (field) => subject[field]);
  const way = service.effects[path];
  const work = () => {
    if (typeof way === 'function') return way({ subject, body: call.body }, store);
    if (way === 'hold') store.hold(thing);
    else store.free(thing);
    return done;
  };
  return key === undefined ? work() : store.once(path, key, work);
}

async function readBody(
  request: IncomingMessage,
): Promise<{ object: Record<string, unknown>; list: unknown[] } | RangeAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return problem(413, 'body too large');
    chunks.push(chunk);
  }
  if (size === 0) return { object: {}, list: [] };
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    if (request.method === 'PATCH' && Array.isArray(value)) return { object: {}, list: value };
    const parsed = z.record(z.string(), z.unknown()).safeParse(value);
    return parsed.success
      ? { object: parsed.data, list: [] }
      : problem(400, 'the body must be an object');
  } catch {
    return problem(400, 'the body is not JSON');
  }
}

function problem(status: number, error: string): RangeAnswer {
  return { status, body: { error } };
}

async function send(
  response: ServerResponse,
  answer: RangeAnswer | Forwarded | Poured,
): Promise<void> {
  if ('bytes' in answer) {
    response.writeHead(answer.status, answer.headers).end(answer.bytes);
    return;
  }
  if ('stream' in answer) {
    const { stream } = answer;
    response.writeHead(answer.status, answer.headers);
    await pipeline(stream, response, { end: false });
    response.addTrailers(trailersOf(stream));
    response.end();
    return;
  }
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(answer.body)}\n`);
}

function trailersOf({ trailers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(trailers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );
}
