import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureHost } from '../../activities/capture-host.ts';
import { contain } from '../../activities/contain.ts';
import { release } from '../../activities/release.ts';
import type { PlannedAction } from '../../src/domain/plan.ts';
import { HOST_AGENT } from '../../src/domain/targets.ts';
import { lookOnce } from '../../src/intake/hold-guard.ts';
import { quiet } from '../intake/scratch.ts';
import { type TestCgroup, makeCgroup } from '../support/cgroup.ts';
import { recorded } from '../support/admissions.ts';
import { type HostDoor, openHostDoor, TOKEN } from '../support/host-door.ts';
import { HAPPENS } from '../support/incidents.ts';
import { type NetHost, startNetHost } from '../support/net-host.ts';
import { world, type World } from './world.ts';

let on: World;
let allowed: TestCgroup;
let victims: TestCgroup;
let victim: NetHost;
let door: HostDoor;
beforeEach(async () => {
  on = await world();
  allowed = makeCgroup();
  victims = allowed.below('agent');
  victim = await startNetHost(victims);
  door = await openHostDoor([allowed.path]);
  const token_file = join(on.home, 'token');
  writeFileSync(token_file, TOKEN, { mode: 0o600 });
  const place = { unix: door.socket, token_file, timeout_ms: 20_000 };
  on.policy.attestation = { ...on.policy.attestation, hosts: { 'web-1': place } };
});
afterEach(async () => {
  await victim.remove();
  await door.close();
  await allowed.remove();
  await on.stop();
});

const step = (action: string) => ({
  action,
  target: HOST_AGENT,
  resource: `${action}@${HOST_AGENT}#web-1/agent`,
  kind: 'target' as const,
  freeze: false,
  timeout_ms: 20_000,
});
const ISOLATION: PlannedAction = {
  ...step('isolate_network'),
  destructive: false,
  release: 'automatic',
};
const KILL = { ...step('kill_process'), destructive: true, release: 'none' } as const;

const incident = (action: PlannedAction) =>
  on.incident([action], 0, { host: 'web-1', process: victims.path });

/** The actions that the guard calls lost. */
async function lost(): Promise<string[]> {
  const told: string[] = [];
  await lookOnce({
    ledger: on.deps.ledger,
    targets: on.deps.targets,
    tellLost: async (_id, { action }) => void told.push(action),
    owner: 'this-server',
    now: on.deps.now,
    log: quiet,
  });
  return told;
}

describe('a step of the agent of a host', () => {
  it('is applied, watched, applied anew when it is lost, and released', async () => {
    const request = await incident(ISOLATION);
    const contained = { action: 'isolate_network', status: 'contained', reason: 'ok' };
    expect(await contain(on.deps, request)).toMatchObject([contained]);
    expect(await victim.dial()).toBeNull();
    const events = [HAPPENS.inForce(ISOLATION), HAPPENS.contained];
    await on.deps.ledger.log.append(
      request.incident_id,
      events.map((event, at) => recorded(`${at}`, event)),
    );
    expect(await lost()).toEqual([]);
    execFileSync('nsenter', [`--net=/proc/${victim.pid}/ns/net`, 'nft', 'flush', 'ruleset']);
    expect(await lost()).toEqual(['isolate_network']);
    expect(await contain(on.deps, { ...request, again: 1 })).toMatchObject([contained]);
    expect(await lost()).toEqual([]);
    const released = { action: 'isolate_network', status: 'released' };
    expect(await release(on.deps, { ...request, events: [] })).toMatchObject([released]);
    (await victim.dial())?.close();
    expect(
      execFileSync('nsenter', [`--net=/proc/${victim.pid}/ns/net`, 'nft', 'list', 'ruleset'])
        .length,
    ).toBe(0);
  });

  it('that kills is taken with evidence of its host, and without it not', async () => {
    const { actions: _, ...facts } = await incident(KILL);
    const none = { action: 'kill_process', status: 'failed', reason: 'no_evidence' };
    expect(await contain(on.deps, { ...facts, actions: [KILL] })).toMatchObject([none]);
    expect(victims.pids()).toContain(victim.pid);
    const { receipt } = await captureHost(on.deps, { ...facts, deadline_ms: 60_000 });
    if (receipt === null) throw new Error('nothing was sealed');
    const destroying = { ...facts, actions: [KILL], evidence: { receipt } };
    const dead = { action: 'kill_process', status: 'contained', detail: /cgroup_kill/ };
    const [result] = await contain(on.deps, destroying);
    expect(result).toMatchObject({ ...dead, detail: expect.stringMatching(dead.detail) });
    expect(victims.pids()).toEqual([]);
  });
});
