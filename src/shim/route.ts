import type { Response } from 'express';
import { z } from 'zod';
import type { Principal, Role } from '../domain/principal.ts';
import type { Delivery } from '../intake/alert-intake.ts';
import type { ShimDeps } from './deps.ts';
import { parse } from './parse.ts';
import type { KnownCode } from './status.ts';

/**
 * Who may call: anyone, readers (anyone where reads are open), detectors (who may report, and show it in their own
 * ways), or principals with one of the roles.
 */
export type Access = 'open' | 'read' | 'detector' | readonly Role[];

/** What a caller may be answered: the meaning, and the schema of the body where it is JSON. */
export interface Answer {
  description: string;
  schema?: z.ZodType;
  mediaType?: string;
}

/** One call, after authentication and parsing. */
export interface Call<Query, Body> {
  query: Query;
  body: Body;
  /** Variable parts of the path, by name. */
  params: Readonly<Record<string, string>>;
  header: (name: string) => string | undefined;
  principal: Principal;
  /** Aborted when the caller has gone away. */
  gone: AbortSignal;
}

/** What is sent back. A string goes out as it is, anything else as JSON; a function takes the response over. */
export interface Reply {
  status?: number;
  headers?: Readonly<Record<string, string>>;
  body: unknown;
}
export type Takeover = (response: Response) => Promise<void>;

/** What a route declares that takes no query, and one that reads no body. */
export const noQuery = z.strictObject({});
export const noBody = z.undefined();

/** What a route declares that is given the body as it came, whatever it is. Detectors alone are. */
export const rawBody = z.custom<Delivery>();

interface Described<Query = unknown, Body = unknown> {
  method: 'get' | 'post';
  /** As OpenAPI writes it, with variable parts in braces. */
  path: string;
  summary: string;
  access: Access;
  answers: Readonly<Record<number, Answer>>;
  /** Request headers that mean something here, with what they mean. */
  headers?: Readonly<Record<string, string>>;
  query: z.ZodType<Query>;
  body: z.ZodType<Body>;
  /** Of the body, where it may be larger than a report. */
  mostBytes?: number;
}

interface Declared<Query, Body> extends Described<Query, Body> {
  /** The code of a body that its schema refuses. */
  invalid?: KnownCode;
  handle: (call: Call<Query, Body>, deps: ShimDeps) => Promise<Reply | Takeover>;
}

/** A route as the application mounts it and the document describes it. */
export interface Route extends Described {
  answer: (call: Call<unknown, unknown>, deps: ShimDeps) => Promise<Reply | Takeover>;
}

/** Ties a handler to its schemas, so that it is only ever called with what they have accepted. */
export function route<Query, Body>(declared: Declared<Query, Body>): Route {
  const { handle, invalid = 'invalid_request', ...described } = declared;
  return {
    ...described,
    answer: (call, deps) =>
      handle(
        {
          ...call,
          query: parse(declared.query, call.query, 'invalid_query'),
          body: parse(declared.body, call.body, invalid),
        },
        deps,
      ),
  };
}
