import { spawnSync } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';

const LOG = new URL('../src/log.ts', import.meta.url).href;

/** A process that logs and then says that it lives. */
const TALKER = `
  const { createLog } = await import('${LOG}');
  const log = createLog('info', 'talker');
  for (const number of [1, 2, 3]) log.info({ number }, 'something happened');
  setTimeout(() => console.log('alive'), 50);
`;

// The device whose every write fails as on a full disk is Linux's.
it.runIf(existsSync('/dev/full'))('goes on when the disk below the log is full', () => {
  const ran = spawnSync(process.execPath, ['--input-type=module', '--eval', TALKER], {
    stdio: ['ignore', 'pipe', openSync('/dev/full', 'w')],
    timeout: 10_000,
    encoding: 'utf8',
  });
  expect(ran).toMatchObject({ status: 0, stdout: 'alive\n' });
});
