import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { provision } from '../../src/agent/provision.ts';
import { openTpm } from '../../src/agent/tpm.ts';
import { startSoftwareTpm } from '../../src/range/software-tpm.ts';
import { startSwtpm } from '../../src/range/swtpm.ts';
import { eventually } from '../support/eventually.ts';
import { AK_HANDLE, EK_HANDLE, SELECTION } from '../support/software-tpm.ts';

const SWTPM = 'swtpm';

/** After as many, a TPM refuses every key for 1000 seconds. */
const POWER_CUTS_TO_LOCK = 3;

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'h-'));
  mkdirSync(join(home, 'state'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const socket = () => join(home, 's');

describe('the software TPM', () => {
  it('is missing where nothing can make one, and says what to install', async () => {
    const { PATH } = process.env;
    process.env['PATH'] = home;
    try {
      const attempt = startSoftwareTpm({ home, log: () => undefined });
      await expect(attempt).rejects.toMatchObject({
        code: 'software_tpm_missing',
        message: expect.stringContaining('apt-get install -y swtpm'),
      });
    } finally {
      process.env['PATH'] = PATH;
    }
    expect(existsSync(join(home, 'range'))).toBe(false);
  });

  it('refuses a home whose sockets would have too long a path', async () => {
    const attempt = startSwtpm(join(home, 'state'), join(home, 'x'.repeat(100)));
    await expect(attempt).rejects.toMatchObject({ code: 'socket_path_too_long' });
  });

  it('is not locked, however often its range is killed', async () => {
    const power = () => startSoftwareTpm({ home, log: () => undefined });
    let running = await power();
    try {
      const keys = openTpm({ tcti: running.tcti, akHandle: AK_HANDLE, ekHandle: EK_HANDLE });
      await provision(keys);
      for (let cut = 0; cut <= POWER_CUTS_TO_LOCK; cut += 1) {
        await keys.quote('ab'.repeat(32), SELECTION);
        // The one before is ended as an orphan is, without an orderly shutdown.
        running = await power();
      }
      await expect(keys.quote('ab'.repeat(32), SELECTION)).resolves.toBeDefined();
    } finally {
      await running.stop();
    }
  });

  it('takes the place of one that outlived its range', async () => {
    const sockets = ['--server', `type=unixio,path=${socket()}`];
    const control = ['--ctrl', `type=unixio,path=${socket()}.ctrl`];
    const state = ['--tpmstate', `dir=${join(home, 'state')}`];
    const orphan = spawn(SWTPM, ['socket', '--tpm2', ...state, ...sockets, ...control]);
    try {
      await eventually(
        () => existsSync(`${socket()}.ctrl`),
        (listens) => listens,
      );
      const gone = once(orphan, 'exit');
      const swtpm = await startSwtpm(join(home, 'state'), socket());
      await gone;
      await swtpm.stop();
    } finally {
      orphan.kill('SIGKILL');
    }
  });
});
