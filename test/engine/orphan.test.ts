import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { engineFiles } from '../../src/engine/engine-files.ts';
import { endOrphan, recordServer } from '../../src/engine/orphan.ts';
import { keepingLog, scratch, script } from './scratch.ts';

describe('endOrphan', () => {
  it('ends the server that an earlier owner of the same data file left behind', async () => {
    const { files, server } = await serving('start-dev');
    writeFileSync(files.process, JSON.stringify({ pid: server.pid, owner_pid: goneOwner }));
    const ended = once(server, 'exit');
    const log = keepingLog();
    await endOrphan(files, log);
    await ended;
    expect(log.messages).toEqual([expect.stringContaining('left behind')]);
    expect(existsSync(files.process)).toBe(false);
  });

  it('refuses a home whose owner is alive', async () => {
    const { files, server } = await serving('start-dev');
    await recordServer(files, server.pid ?? 0);
    await expect(endOrphan(files, keepingLog())).rejects.toMatchObject({
      code: 'engine_home_in_use',
      message: expect.stringContaining(`process ${process.pid}`),
    });
    expect(server.exitCode).toBeNull();
  });

  it('leaves alone a stranger that inherited the process id', async () => {
    const { files, server } = await serving('something-else');
    writeFileSync(files.process, JSON.stringify({ pid: server.pid, owner_pid: goneOwner }));
    await endOrphan(files, keepingLog());
    expect(server.exitCode).toBeNull();
    expect(server.signalCode).toBeNull();
  });

  it.each(['', '{"pid":-1,"owner_pid":1}', '{"pid":0}'])(
    'takes a damaged record for none (%j)',
    async (record) => {
      const files = engineFiles(scratch());
      mkdirSync(files.directory);
      writeFileSync(files.process, record);
      await endOrphan(files, keepingLog());
    },
  );
});

/** Above the largest process id a Linux kernel gives. */
const goneOwner = 2 ** 22 + 1;

/** A real process with the command line of a server on a data file of its own. */
async function serving(command: string): Promise<{
  files: ReturnType<typeof engineFiles>;
  server: ChildProcess;
}> {
  const directory = scratch();
  const files = engineFiles(directory);
  mkdirSync(files.directory);
  const body = 'echo up; while :; do sleep 0.1; done';
  const program = script(join(directory, 'cli'), body);
  const server = spawn(program, [command, '--db-filename', files.data], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  await once(server.stdout, 'data');
  return { files, server };
}
