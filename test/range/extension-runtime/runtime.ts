import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callRange, type RangeReply } from '../../../src/range/client.ts';
import { createExtensionRuntime } from '../../../src/range/extension-runtime/runtime.ts';
import { listenOnSocket } from '../../../src/range/listen.ts';
import { rangeSocket } from '../../../src/range/range.ts';
import { ensureSecret, tokenFile } from '../../../src/range/secrets.ts';
import { createStandIn } from '../../../src/range/stand-in.ts';
import { openRangeStore } from '../../../src/range/store.ts';

/** The runtime behind its door, without the rest of the range, at a time that stands until it is moved. */
export interface PracticeRuntime {
  home: string;
  clock: { ms: number };
  get(path: string): Promise<RangeReply['body']>;
  post(path: string, body?: object): Promise<RangeReply>;
  /** An extension's call. */
  call(extension_id: string, capability: string, params?: object): Promise<RangeReply>;
  install(extension_id: string, over?: object): Promise<void>;
  /** The entries of one of its artifacts. */
  entries(artifact: string, query?: string): Promise<Record<string, unknown>[]>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export const NOON = Date.parse('2026-03-14T12:00:00.000Z');

export async function startRuntime(): Promise<PracticeRuntime> {
  const clock = { ms: NOON };
  const home = mkdtempSync(join(tmpdir(), 'x-'));
  for (const folder of ['run', 'range']) mkdirSync(join(home, folder));
  let running = await listen(home, () => clock.ms);
  const ask = (method: 'GET' | 'POST', path: string, body?: object) =>
    callRange(home, 'extensions', method, path, body);
  const get = async (path: string) => (await ask('GET', path)).body;
  const post = (path: string, body: object = {}) => ask('POST', path, body);
  return {
    ...{ home, clock, get, post },
    call: (extension_id, capability, params = {}) =>
      post('/api/v1/calls', { extension_id, capability, method: 'do', params }),
    install: async (extension_id, over = {}) => {
      await post('/range/install', { extension_id, ...over });
    },
    entries: async (artifact, query = '') => {
      const body = await get(`/api/v1/artifacts/${artifact}${query}`);
      const entries = body['alerts'] ?? body['entries'];
      return Array.isArray(entries) ? entries : [];
    },
    restart: async () => {
      running.stop();
      running = await listen(home, () => clock.ms);
    },
    stop: async () => {
      running.stop();
      rmSync(home, { recursive: true });
    },
  };
}

async function listen(home: string, now: () => number) {
  const token = ensureSecret(home, tokenFile('extensions'));
  const store = openRangeStore(home, 'extensions');
  const service = createExtensionRuntime(now);
  const standIn = createStandIn(service, { token, store, log: () => undefined });
  const server = createServer((request, response) => void standIn.handle(request, response, true));
  await listenOnSocket(server, rangeSocket(home, 'extensions'));
  return {
    stop: () => {
      server.close();
      server.closeAllConnections();
      store.close();
    },
  };
}
