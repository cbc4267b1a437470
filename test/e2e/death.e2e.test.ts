import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { callerOf } from '../support/caller.ts';
import { eventually } from '../support/eventually.ts';
import { installation, place, remove, STARTING_MS, type Place } from '../support/installation.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const SUBJECT = { host: 'survivor', agent: 'planner' };

let at: Place;
beforeAll(async () => void (at = await place()));
afterAll(() => remove(at));

it(
  'goes on where everything was killed: contained, not released, and recoverable',
  async () => {
    const { id, pid } = await containUntilKilled();
    expect(pid).toBeGreaterThan(0);
    const cordon = await installation({ at });
    try {
      expect(await cordon.incident(id)).toMatchObject({ state: 'contained', released_at: '' });
      expect(await cordon.frozen(SUBJECT)).toBe(true);
      expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
      expect(await cordon.frozen(SUBJECT)).toBe(false);
      const effects = await cordon.effects('agent');
      expect(effects.map(({ path, effects: times }) => [path, times])).toEqual([
        ['/api/v1/unfreeze', 1],
        ['/api/v1/freeze', 1],
      ]);
      expect(await cordon.wedged()).toEqual([]);
    } finally {
      await cordon.stop();
    }
  },
  2 * STARTING_MS,
);

/** One incident in an installation of its own process, which is killed as soon as it is contained. */
async function containUntilKilled() {
  const up = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, 'up'], {
    env: { ...at.env },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const died = once(up, 'exit');
  try {
    await Promise.race([
      once(up.stdout, 'data'),
      died.then(() => Promise.reject(new Error('the installation did not start'))),
    ]);
    const cordon = callerOf(`http://${at.env['BIND_ADDR']}`, at.home);
    const { id } = await cordon.report({ class: 'integrity_violation', subject: SUBJECT });
    await eventually(
      () => cordon.incident(id),
      ({ state }) => state === 'contained',
    );
    return { id, pid: up.pid };
  } finally {
    up.kill('SIGKILL');
    await died;
  }
}
