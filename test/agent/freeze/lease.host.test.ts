import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isFrozen } from '../../../src/agent/freeze/cgroup-freezer.ts';
import { readStat } from '../../../src/agent/subjects/process-stat.ts';
import { startAgentApart } from '../../support/agent-apart.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { eventually } from '../../support/eventually.ts';
import { actOn, openHostDoor } from '../../support/host-door.ts';
import { runVictim } from '../../support/victims.ts';

const LEASE = { holder: 'INC-20260314-120000-00000001', ms: 500 };

let allowed: TestCgroup;
let state: string;
beforeEach(() => {
  allowed = makeCgroup();
  state = mkdtempSync(join(tmpdir(), 'h-'));
});
afterEach(async () => {
  await allowed.remove();
  rmSync(state, { recursive: true });
});

const METHODS = ['cgroup_freezer', 'sigstop'] as const;
type Method = (typeof METHODS)[number];

/** A process that is frozen in this way, and whether it stands now. */
async function victim(method: Method) {
  const cgroup = method === 'sigstop' ? allowed : allowed.below('own');
  const { pid } = await runVictim('while :; do :; done', { cgroup });
  const isStill = () =>
    method === 'sigstop' ? readStat(`/proc/${pid}`)?.state === 'T' : isFrozen(cgroup.path);
  return { subject: { kind: 'process', pid } as const, isStill };
}

it.each(METHODS)(
  'what was frozen by %s for a while runs again when nobody asks for it any more',
  async (method) => {
    const door = await openHostDoor([allowed.path]);
    const { subject, isStill } = await victim(method);
    const answer = { frozen: true, leased: true, method };
    expect(await door.act('freeze', subject, { lease: LEASE })).toMatchObject([200, answer]);
    expect(isStill()).toBe(true);
    expect(await eventually(isStill, (still) => !still)).toBe(false);
    await door.close();
  },
);

it.each(METHODS)(
  'an agent that was killed with something frozen by %s lets go of it when it starts again',
  async (method) => {
    const { subject, isStill } = await victim(method);
    const agent = await startAgentApart([allowed.path], { stateDirectory: state });
    const [status] = await actOn(agent.socket, 'freeze', subject, { lease: LEASE });
    await agent.kill();
    expect([status, isStill()]).toEqual([200, true]);
    const door = await openHostDoor([allowed.path], { stateDirectory: state });
    expect(await eventually(isStill, (still) => !still)).toBe(false);
    await door.close();
  },
);
