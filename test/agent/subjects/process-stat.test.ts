import { expect, it } from 'vitest';
import { hasEnded, parseStat } from '../../../src/agent/subjects/process-stat.ts';

const REST = '1 2 3 4 -1 4194560 7 8 9 10 11 12 13 14 20 0 5 0 4242 17 18';

it.each(['node', 'a b', ') R 1 (', '((', ')'])(
  'reads behind the name %j, whatever a process calls itself',
  (comm) => {
    const stat = parseStat(`77 (${comm}) S ${REST}\n`);
    expect(stat).toMatchObject({
      pid: 77,
      comm,
      state: 'S',
      ppid: 1,
      process_group: 2,
      session: 3,
    });
    expect(stat).toMatchObject({ user_time: '11', system_time: '12', threads: 5 });
    expect(stat.start_time).toBe('4242');
  },
);

it('does not take a leader that left its threads behind for one that has ended', () => {
  const dead = parseStat(`77 (x) Z ${REST}`);
  expect([hasEnded(dead), hasEnded({ ...dead, threads: 1 })]).toEqual([false, true]);
});
