import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Env } from '../../src/config.ts';
import { createLog } from '../../src/log.ts';
import {
  callRange,
  extendHostPcr,
  rangeEffects,
  resetHost,
  setRangeFault,
  setRangeState,
  tamperHost,
} from '../../src/range/client.ts';
import type { RangeFaultOrder } from '../../src/range/faults.ts';
import { MAX_LISTED, type RangeName } from '../../src/range/service.ts';
import { openRangeStore } from '../../src/range/store.ts';
import type { TrustState } from '../../src/range/trust-state.ts';
import { ownPorts } from './own-ports.ts';
import { bringUp } from '../../src/up.ts';
import { callerOf } from './caller.ts';
import { engineOf } from './engine.ts';
import { quieten } from './quiet-runtime.ts';
import { writePolicy, type PolicyChanges } from './policy-directory.ts';

/** For `beforeAll`: an engine, a range, a worker and a server start in seconds, on a busy machine in some more. */
export const STARTING_MS = 60_000;

/** Where one installation lives: a home and ports of its own, which outlive its processes. */
export interface Place {
  home: string;
  env: Env;
}

/** A home that may be brought up, and brought up again, until it is removed. */
export async function place(policy: PolicyChanges = {}, tpm = false): Promise<Place> {
  // Sockets below it must have short paths.
  const home = await mkdtemp(join(tmpdir(), 'c-'));
  const [api, temporal, ui, attestor, integrity] = await ownPorts(5);
  const { PATH, HOME } = process.env;
  const env: Env = {
    PATH,
    HOME,
    CORDON_HOME: home,
    BIND_ADDR: `127.0.0.1:${api}`,
    TEMPORAL_PORT: String(temporal),
    TEMPORAL_UI_PORT: String(ui),
    CORDON_RANGE_ATTESTOR_PORT: String(attestor),
    CORDON_RANGE_INTEGRITY_PORT: String(integrity),
    // The same wherever the tests run, whatever is installed there.
    CORDON_RANGE_TPM: tpm ? 'require' : 'off',
    CONTAINMENT_POLICY_PATH: await writePolicy(join(home, 'policy'), policy),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  };
  return { home, env };
}

export function remove({ home }: Place): Promise<void> {
  return rm(home, { recursive: true, force: true });
}

export interface Wishes {
  policy?: PolicyChanges;
  /** Gives the practice host a software TPM, which must be there. */
  tpm?: boolean;
  at?: Place;
}

/** One real installation and the hands that a test needs on it. `stop` leaves a place that was given. */
export type Installation = Awaited<ReturnType<typeof installation>>;

export async function installation(wishes: Wishes = {}) {
  quieten();
  const { home, env } = wishes.at ?? (await place(wishes.policy, wishes.tpm));
  const leave = () => (wishes.at === undefined ? remove({ home, env }) : undefined);
  const log = createLog(env['LOG_LEVEL'] ?? 'silent', 'test');
  const up = await bringUp(env, log, () => undefined).catch(async (error: unknown) => {
    await leave();
    throw error;
  });
  const connection = Connection.lazy({
    address: `127.0.0.1:${env['TEMPORAL_PORT']}`,
    channelArgs: { 'grpc.enable_http_proxy': 0 },
  });
  const client = new Client({ connection, namespace: 'cordon' });
  return {
    home,
    env,
    url: up.url,
    client,
    ...callerOf(up.url, home),
    ...engineOf(home, client),
    ...rangeOf(home),
    stop: async () => {
      await connection.close();
      await up.stop();
      await leave();
    },
  };
}

/** The practice range of one installation. */
function rangeOf(home: string) {
  return {
    fault: (name: RangeName, order: RangeFaultOrder) => setRangeFault(home, name, order),
    effects: (name: RangeName, key?: string) => rangeEffects(home, name, key),
    trust: (name: 'attestor' | 'integrity', state: TrustState) => setRangeState(home, name, state),
    tamper: (how: Parameters<typeof tamperHost>[1]) => tamperHost(home, how),
    extendPcr: (pcr: number) => extendHostPcr(home, pcr),
    resetHost: () => resetHost(home),
    /** Whether a task of this agent is refused: what being frozen means. */
    frozen: async (subject: Record<string, string>) => {
      const { status } = await callRange(home, 'agent', 'POST', '/api/v1/tasks', subject);
      return status === 409;
    },
    /** What a service holds by its own memory, which can be read also while it answers nobody. */
    held: (name: RangeName): string[] => {
      const store = openRangeStore(home, name);
      try {
        return store.held(MAX_LISTED);
      } finally {
        store.close();
      }
    },
    statusOf: async (name: 'agent' | 'airlock' | 'registry') =>
      (await callRange(home, name, 'GET', '/api/v1/status')).body,
    vaultIsLocked: async () =>
      (await callRange(home, 'vault', 'GET', '/api/v1/vault/status')).body['locked'],
  };
}
