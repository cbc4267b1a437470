import { afterEach, beforeEach, expect, it } from 'vitest';
import { startAgentApart } from '../../support/agent-apart.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { actOn, openHostDoor } from '../../support/host-door.ts';
import { type Hydra, startHydra } from '../../support/hydra.ts';
import { runVictim } from '../../support/victims.ts';

let allowed: TestCgroup;
let clock: Hydra;
beforeEach(async () => {
  allowed = makeCgroup();
  clock = await startHydra();
});
afterEach(async () => {
  await clock.remove();
  await allowed.remove();
});

it.each(['cgroup_freezer', 'sigstop'])(
  'what an agent froze with %s stays so when it is killed, and another thaws it',
  async (method) => {
    const cgroup = method === 'sigstop' ? allowed : allowed.below('own');
    const { pid } = await runVictim('while :; do :; done', { cgroup });
    const subject = { kind: 'process', pid } as const;
    const agent = await startAgentApart([allowed.path]);
    const [, answer] = await actOn(agent.socket, 'freeze', subject);
    await agent.kill();
    expect(answer).toMatchObject({ frozen: true, method });

    const door = await openHostDoor([allowed.path]);
    await clock.hopOn();
    expect(await door.act('freeze', subject)).toMatchObject([200, { frozen: true, method }]);
    expect(await door.act('thaw', subject)).toMatchObject([200, { frozen: false, method }]);
    await door.close();
  },
);
