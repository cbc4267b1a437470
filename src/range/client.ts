import { existsSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { Fault } from '../domain/fault.ts';
import type { RangeFaultOrder } from './faults.ts';
import { rangeSocket } from './range.ts';
import { tokenFile } from './secrets.ts';
import type { RangeName } from './service.ts';
import { effectCountSchema, type EffectCount } from './store.ts';
import type { Tamper } from './tamper.ts';
import type { TrustState } from './trust-state.ts';

const TIMEOUT_MS = 5_000;

export interface RangeReply {
  status: number;
  body: Record<string, unknown>;
}

/** Speaks to a service of the range as its owner does: over its socket, with its token. */
export function callRange(
  home: string,
  name: RangeName,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
): Promise<RangeReply> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      const message = `the practice range's ${name} does not answer ${path}`;
      reject(new Fault('range_unreachable', message, { retryable: true, cause }));
    };
    const headers = { authorization: `Bearer ${tokenOf(home, name)}` };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    // A connection of its own: a kept one may be to a range that has been restarted since.
    const where = { socketPath: rangeSocket(home, name), agent: false };
    const call = request({ ...where, method, path, headers, signal });
    call.on('error', fail);
    call.on('response', (response) => void answerOf(response).then(resolve, fail));
    call.end(body && JSON.stringify(body));
  });
}

/** '' where the range has never run such a service here; then there is no socket either. */
function tokenOf(home: string, name: RangeName): string {
  const path = join(home, tokenFile(name));
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : '';
}

async function answerOf(response: IncomingMessage): Promise<RangeReply> {
  const text = (await response.setEncoding('utf8').toArray()).join('');
  return { status: response.statusCode ?? 0, body: JSON.parse(text) };
}

/** Orders a service to show a fault, until `none` is ordered or the count is used up. */
export async function setRangeFault(
  home: string,
  name: RangeName,
  fault: RangeFaultOrder,
): Promise<void> {
  await callRange(home, name, 'POST', '/range/faults', fault);
}

/** Says how well the practice host is, as its attestor or its integrity monitor sees it. */
export async function setRangeState(
  home: string,
  name: 'attestor' | 'integrity',
  state: TrustState,
): Promise<void> {
  await callRange(home, name, 'POST', '/range/state', { state });
}

/** Has somebody on the practice host meddle with its quotes, until `none` is ordered. */
export async function tamperHost(home: string, how: Tamper): Promise<void> {
  await orderHost(home, 'tamper', { how });
}

/** The cgroup of what the practice host runs; '' where it runs nothing, or there is none. */
export async function practiceWorkload(home: string): Promise<string> {
  try {
    const { body } = await callRange(home, 'host', 'GET', '/range/host');
    return z.string().catch('').parse(body['workload']);
  } catch (error) {
    if (error instanceof Fault && error.code === 'range_unreachable') return '';
    throw error;
  }
}

/** Measures something into a PCR of the practice host that no boot measures; a reset undoes it. */
export async function extendHostPcr(home: string, pcr: number): Promise<void> {
  await orderHost(home, 'extend', { pcr });
}

/** Boots the practice host again. */
export async function resetHost(home: string): Promise<void> {
  await orderHost(home, 'reset', {});
}

async function orderHost(home: string, order: string, body: object): Promise<void> {
  const { status } = await callRange(home, 'host', 'POST', `/range/${order}`, body);
  if (status === 200) return;
  const message = `the practice host does not ${order}: it answered ${status}`;
  throw new Fault('range_refused', message, { retryable: false });
}

/** How often each effect was asked for and happened, the newest first. */
export async function rangeEffects(
  home: string,
  name: RangeName,
  key?: string,
): Promise<EffectCount[]> {
  const query = key === undefined ? '' : `?key=${encodeURIComponent(key)}`;
  const { body } = await callRange(home, name, 'GET', `/api/v1/effects${query}`);
  return z.array(effectCountSchema).parse(body['effects']);
}
