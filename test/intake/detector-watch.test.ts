import { expect, it, onTestFinished } from 'vitest';
import type { AlertCount } from '../../src/domain/alert-log.ts';
import { startDetectorWatch } from '../../src/intake/detector-watch.ts';
import { NOW } from './scratch.ts';

const MINUTE = 60_000;

/** A watch at a time of the test's own, and the keys of what it reported. */
function watch(expected: Record<string, { heartbeat: number; refusals: number }>) {
  const clock = { ms: NOW };
  const heard: AlertCount[] = [];
  const reported: string[] = [];
  const started = startDetectorWatch({
    alerts: { counts: async () => heard },
    expected: () => expected,
    report: async ({ key }) => {
      reported.push(key);
      return true;
    },
    now: () => clock.ms,
    log: { info() {}, warn() {}, error() {} },
  });
  onTestFinished(() => started.stop());
  const hear = (source: string) => {
    const at = new Date(clock.ms).toISOString();
    heard.push({ source, format: 'falco', outcome: 'health', count: 1, first_at: at, last_at: at });
  };
  const wait = async (ms: number) => {
    clock.ms += ms;
    await started.look();
  };
  return { ...started, reported, hear, wait };
}

it('reports a source that is silent for longer than its heartbeat, and no other', async () => {
  const on = watch({
    falco: { heartbeat: 5 * MINUTE, refusals: 0 },
    hubble: { heartbeat: 0, refusals: 0 },
  });
  await on.wait(4 * MINUTE);
  on.hear('falco');
  await on.wait(5 * MINUTE);
  expect(on.reported).toEqual([]);
  await on.wait(1);
  expect(on.reported).toEqual([`silence/falco/${NOW + 4 * MINUTE}`]);
  on.hear('falco');
  await on.wait(MINUTE);
  expect(on.reported).toHaveLength(1);
});

it('gives a source that was never heard of a whole heartbeat from its own start', async () => {
  const on = watch({ falco: { heartbeat: 5 * MINUTE, refusals: 0 } });
  await on.wait(5 * MINUTE);
  expect(on.reported).toEqual([]);
  await on.wait(1);
  expect(on.reported).toEqual(['silence/falco/0']);
});

it('reports repeated refusals of a source under one key an hour, where they come together', async () => {
  const on = watch({ falco: { heartbeat: 0, refusals: 3 } });
  on.refused('falco');
  on.refused('falco');
  await on.wait(11 * MINUTE);
  on.refused('falco');
  on.refused('falco');
  expect(on.reported).toEqual([]);
  on.refused('falco');
  on.refused('falco');
  expect(new Set(on.reported).size).toBe(1);
});

it('says nothing of refusals that nobody asked it to count', async () => {
  const on = watch({ falco: { heartbeat: 0, refusals: 0 } });
  for (let call = 0; call < 50; call += 1) on.refused('falco');
  on.refused('nobody');
  await on.wait(0);
  expect(on.reported).toEqual([]);
});

it('reports a source that sends more than it may', async () => {
  const on = watch({});
  on.beyondRate('falco');
  expect(on.reported).toEqual([`rate/falco/${Math.floor(NOW / 3_600_000)}`]);
});
