import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';

const SCRIPT = new URL('../../support/reused-pid.ts', import.meta.url).pathname;

it('a stranger that was given the number of a subject is neither read nor found in its name', () => {
  const apart = ['--pid', '--fork', '--mount-proc', '--kill-child'];
  const said = execFileSync('unshare', [...apart, process.execPath, SCRIPT], { encoding: 'utf8' });
  expect(JSON.parse(said)).toEqual({
    stranger: 'tail',
    pinned_is_there: false,
    pinned_reads: 'ESRCH',
    found: 'subject_not_found',
  });
});
