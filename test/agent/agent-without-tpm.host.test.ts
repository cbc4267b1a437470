import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { agentProcess } from '../support/agent-process.ts';
import { type TestCgroup, makeCgroup } from '../support/cgroup.ts';
import { containing } from '../support/containing.ts';
import { actOn, type HostDoor, TOKEN } from '../support/host-door.ts';
import { type NetHost, startNetHost } from '../support/net-host.ts';
import type { Part } from '../support/processes.ts';
import { callSocket, jsonOf } from './ports.ts';

let folder: string;
let socket: string;
let allowed: TestCgroup;
let victim: NetHost;
let agent: Part;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'a-'));
  socket = join(folder, 'agent.sock');
  allowed = makeCgroup();
  victim = await startNetHost(allowed.below('agent'));
  agent = agentProcess(folder, TOKEN, {
    CORDON_AGENT_TPM: 'off',
    CORDON_AGENT_CGROUPS: allowed.path,
    CORDON_AGENT_STATE: join(folder, 'state'),
  });
  await agent.start();
});
afterEach(async () => {
  await agent.kill();
  await victim.remove();
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

it('an agent without a TPM contains, and when it is killed another undoes what it did', async () => {
  const identity = await callSocket(socket, 'GET /api/v1/identity', { token: TOKEN });
  expect([identity.status, jsonOf(identity)['code']]).toEqual([404, 'no_tpm']);
  const door: Pick<HostDoor, 'act'> = { act: (...given) => actOn(socket, ...given) };
  const subject = { kind: 'process', pid: victim.pid } as const;
  const isolation = containing(door, subject, 'isolate_network');
  expect(await isolation.apply()).toMatchObject([200, { in_force: true }]);
  await agent.kill();
  expect(await victim.dial()).toBeNull();
  await agent.start();
  expect(await isolation.state()).toMatchObject([200, { in_force: true }]);
  expect(await isolation.release()).toMatchObject([200, { in_force: false }]);
  const dialled = await victim.dial();
  expect(await dialled?.echoes()).toBe(true);
  dialled?.close();
});
