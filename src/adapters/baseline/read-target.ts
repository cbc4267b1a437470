import type { Endpoint } from '../targets/endpoint.ts';
import { success } from '../targets/problem.ts';
import { unknown, type Finding, type Surroundings } from './checker.ts';

interface Reading {
  target: string;
  path: string;
  /** Subject fields sent as the query, `*` for one that the subject does not have. */
  query: readonly string[];
  /** Where an honest answer may be longer than a status document. */
  mostBytes?: number;
}

/** The JSON document that a target answers with, or why there is none. */
export async function readTarget(
  { target, path, query, mostBytes }: Reading,
  { about, target: find, signal, now }: Surroundings,
): Promise<{ document: unknown } | Finding> {
  const endpoint = find(target);
  if ('verdict' in endpoint) return endpoint;
  const fields = query.map((name) => [name, about.subject[name]?.toWellFormed() ?? '*']);
  const size = mostBytes !== undefined && { mostBytes };
  const call = { method: 'GET', path, query: Object.fromEntries(fields), ...size } as const;
  return documentOf(await endpoint.call(call, signal), `reading ${target}${path}`, now());
}

function documentOf(
  answer: Awaited<ReturnType<Endpoint['call']>>,
  what: string,
  now: number,
): { document: unknown } | Finding {
  const response = success(answer, what, now);
  if ('reason' in response) return unknown(response.detail);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(response.bytes);
    return { document: JSON.parse(text) };
  } catch {
    return unknown(`${what} gave no JSON`);
  }
}
