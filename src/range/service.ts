import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { RangeStore } from './store.ts';

/** The services that every practice range has, by the name of their socket and token. */
export const RANGE_NAMES = [
  'agent',
  'airlock',
  'vault',
  'registry',
  'attestor',
  'integrity',
  'authorizer',
  'spire-agent',
  'extensions',
  'state',
  'gate',
  'containers',
  'edge',
  'onepassword',
  'issuer',
] as const;
/** The host is there only where a software TPM can be had. */
export type RangeName = (typeof RANGE_NAMES)[number] | 'host';

/** How many held things a status document lists: it has to stay small enough to be captured. */
export const MAX_LISTED = 20;

/** A request that has passed the door: authenticated, read whole, its body a JSON object. */
export interface RangeCall {
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** What the body of a PATCH is where it is a JSON array. */
  list: unknown[];
  /** By its name in lower case. */
  header(name: string): string | undefined;
  /** The service was told to answer as if it did its work, and not to do it. */
  lying: boolean;
}

export interface RangeAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** What is answered to a body that is not of the form it should have. */
export function malformed(error: z.ZodError): RangeAnswer {
  return { status: 400, body: { error: z.prettifyError(error) } };
}

/** An answer of another service, passed on as it came. */
export interface Forwarded {
  status: number;
  headers: Record<string, string>;
  bytes: Buffer;
}

/** The same as it comes in, with whatever trailers are behind it. */
export interface Poured {
  status: number;
  headers: Record<string, string>;
  stream: IncomingMessage;
}

export type RangeHandler = (
  call: RangeCall,
  store: RangeStore,
) => RangeAnswer | Forwarded | Promise<RangeAnswer | Forwarded | Poured>;

/** What an effect is asked for: whom it is about, and the whole order that it came in. */
export interface EffectOrder {
  subject: Record<string, string>;
  body: RangeCall['body'];
}

/** An effect that is more than holding a thing or letting it go. */
export type RangeEffect = (order: EffectOrder, store: RangeStore) => RangeAnswer;

/** One stand-in: what it holds, what its effects are, and the work that a hold stops. */
export interface RangeService {
  name: RangeName;
  /** Subject fields that tell one held thing from another; none: the service is held whole. */
  scope: readonly string[];
  /** Containment and release, by POST path: each happens once for each Idempotency-Key. */
  effects: Readonly<Record<string, 'hold' | 'free' | RangeEffect>>;
  /** Everything else, by method and path. */
  routes: Readonly<Record<string, RangeHandler>>;
  /** What answers a path that names a thing, and so is no route. */
  things?: (method: string, path: string) => RangeHandler | undefined;
  /** Routes that do the service's work, so that they lie and fail like effects do. */
  acting?: readonly string[];
  /** Routes that need no token. */
  open?: readonly string[];
  /** What a wrong token is answered. */
  refusal: 401 | 403;
}

/** The name of a held thing: its scope's fields in order, `*` for one that is not given. */
export function heldThing(
  scope: readonly string[],
  field: (name: string) => string | undefined,
): string {
  return scope.map((name) => part(field(name))).join('/');
}

function part(value: string | undefined): string {
  return value === undefined || value === '*' ? '*' : encodeURIComponent(value.toWellFormed());
}
