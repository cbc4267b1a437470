import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Incident, incidentRecordSchema } from '../../src/domain/incident-record.ts';

/** A server that has not answered by then is taken to be gone, as a real detector would. */
const ANSWER_WITHIN_MS = 6_000;

export interface Answer {
  /** 0 where there was none. */
  status: number;
  headers: Headers;
  body: unknown;
  tookMs: number;
}

/** One call, as whoever holds the token of that name. Never throws: a connection that breaks is status 0. */
export async function call(
  { home, url }: { home: string; url: string },
  name: string,
  method: 'GET' | 'POST',
  path: string,
  given: { body?: object; key?: string } = {},
): Promise<Answer> {
  const began = performance.now();
  const token = readFileSync(join(home, 'tokens', name), 'utf8').trim();
  try {
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        ...(given.key === undefined ? {} : { 'idempotency-key': given.key }),
      },
      ...(given.body === undefined ? {} : { body: JSON.stringify(given.body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    const body: unknown = await response.json();
    const { status, headers } = response;
    return { status, headers, body, tookMs: performance.now() - began };
  } catch {
    return { status: 0, headers: new Headers(), body: null, tookMs: performance.now() - began };
  }
}

/** The whole register, page by page. */
export async function everyIncident(place: { home: string; url: string }): Promise<Incident[]> {
  const all: Incident[] = [];
  let path: string | undefined = '/api/v1/incidents?limit=500';
  while (path !== undefined) {
    const answer = await call(place, 'admin', 'GET', path);
    if (answer.status !== 200) throw new Error(`the register was answered with ${answer.status}`);
    all.push(...z.array(incidentRecordSchema).parse(answer.body));
    path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return all;
}
