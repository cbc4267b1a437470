import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownPorts } from '../support/own-ports.ts';
import { callRange } from '../../src/range/client.ts';
import { cordonProcess, type Part } from '../support/processes.ts';
import { type PolicyChanges, writePolicy } from '../support/policy-directory.ts';
import { enginePart, type EnginePart } from './engine-part.ts';

/** A server, where it is called, and its log. */
export interface ServerPart extends Part {
  url: string;
}

/** One installation whose parts are processes of their own, on the same ports and home in every life. */
export interface SeparateParts {
  home: string;
  engine: EnginePart;
  range: Part;
  worker: Part;
  server: ServerPart;
  /** A second server on the same home and ledger. */
  other: ServerPart;
  /** The environment that a command on this installation needs. */
  env: Record<string, string>;
  /** Kills whatever still runs and removes everything. */
  remove(): Promise<void>;
}

/** Lays out an installation in a temporary directory; nothing of it runs yet. */
export async function separateParts(policy?: PolicyChanges): Promise<SeparateParts> {
  const home = await mkdtemp(join(tmpdir(), 'cc-'));
  const [api = 0, otherApi = 0, temporal = 0, ui = 0] = await ownPorts(4);
  const env = environment(home, api, temporal);
  if (policy) env['CONTAINMENT_POLICY_PATH'] = await writePolicy(join(home, 'policy'), policy);
  const engine = enginePart({ home, port: temporal, uiPort: ui });
  const range = cordonProcess({
    role: 'range',
    env,
    logFile: join(home, 'range.log'),
    isReady: () => rangeAnswers(home),
  });
  const worker = cordonProcess({
    role: 'worker',
    env,
    logFile: join(home, 'worker.log'),
    isReady: async () => true,
  });
  const server = serverPart(env, api, join(home, 'server.log'));
  const other = serverPart(env, otherApi, join(home, 'other-server.log'));
  const remove = async () => {
    await Promise.all([server, other, worker].map((part) => part.kill()));
    await Promise.all([range.kill(), engine.kill()]);
    await rm(home, { recursive: true, force: true });
  };
  return { home, engine, range, worker, server, other, env, remove };
}

function environment(home: string, api: number, temporal: number): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: process.env['HOME'] ?? '',
    CORDON_HOME: home,
    BIND_ADDR: `127.0.0.1:${api}`,
    TEMPORAL_ADDRESS: `127.0.0.1:${temporal}`,
    CORDON_RANGE_ATTESTOR_PORT: '0',
    CORDON_RANGE_INTEGRITY_PORT: '0',
    CORDON_RANGE_TPM: 'off',
    LOG_LEVEL: 'info',
  };
}

function serverPart(env: Record<string, string>, port: number, logFile: string): ServerPart {
  const url = `http://127.0.0.1:${port}`;
  const own = { ...env, BIND_ADDR: `127.0.0.1:${port}` };
  const isReady = () => answers(`${url}/health`);
  return { ...cordonProcess({ role: 'server', env: own, logFile, isReady }), url };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

async function rangeAnswers(home: string): Promise<boolean> {
  try {
    return (await callRange(home, 'integrity', 'GET', '/api/v1/effects')).status === 200;
  } catch {
    return false;
  }
}
