import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { z } from 'zod';
import { followEvents, type Events } from './events.ts';
import type { Env } from '../src/config.ts';
import { settingsApart } from '../src/throw-away.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** As many connections as a busy detector keeps open. */
const CONNECTIONS = 32;

export interface Answer {
  status: number;
  body: unknown;
}

/** The members of an answer that a measurement looks at. */
export const incidentSchema = z.looseObject({ id: z.string(), state: z.string() });
export const incidentsSchema = z.array(incidentSchema);
export const entriesSchema = z.array(z.looseObject({ type: z.string(), at: z.string() }));
export type SeenIncident = z.infer<typeof incidentSchema>;

/** `cordon up` in a process of its own, and a keep-alive client of its API. */
export interface Product {
  pid: number;
  url: string;
  home: string;
  temporalPort: number;
  events: Events;
  call(method: 'GET' | 'POST', path: string, body?: object, key?: string): Promise<Answer>;
  stop(): Promise<void>;
}

/** `settingsIn`: further settings of an installation in that home. */
export async function startProduct(
  settingsIn: (home: string) => Promise<Env> = async () => ({}),
): Promise<Product> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-bench-'));
  const settings = { ...(await settingsApart(home)), ...(await settingsIn(home)) };
  const url = `http://${settings.BIND_ADDR}`;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'up'], {
    // Without a TPM wherever it is measured: its milliseconds are not ours.
    env: { ...process.env, ...settings, CORDON_RANGE_TPM: 'off', LOG_LEVEL: 'error' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await untilUp(child);
  const token = (await readFile(join(home, 'tokens', 'admin'), 'utf8')).trim();
  const events = await followEvents(url);
  const pool = new Pool(url, { connections: CONNECTIONS });
  return {
    pid: child.pid ?? 0,
    url,
    home,
    temporalPort: Number(settings.TEMPORAL_PORT),
    events,
    call: (method, path, body, key) => call(pool, token, method, path, body, key),
    stop: async () => {
      events.stop();
      await pool.close();
      child.kill('SIGTERM');
      await once(child, 'exit');
      await rm(home, { recursive: true, force: true });
    },
  };
}

async function untilUp(child: ChildProcess): Promise<void> {
  if (child.stdout === null) throw new TypeError('no output to read');
  const died = once(child, 'exit').then(() => {
    throw new Error('cordon up ended at its start');
  });
  died.catch(() => undefined);
  const said = async (stdout: NonNullable<ChildProcess['stdout']>) => {
    let text = '';
    for await (const chunk of stdout) {
      text += String(chunk);
      if (text.includes('Cordon is up')) break;
    }
    stdout.resume();
  };
  await Promise.race([said(child.stdout), died]);
}

async function call(
  pool: Pool,
  token: string,
  method: 'GET' | 'POST',
  path: string,
  body?: object,
  key?: string,
): Promise<Answer> {
  const response = await pool.request({
    method,
    path,
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.statusCode, body: await response.body.json() };
}
