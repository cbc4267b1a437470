import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collectLogs, MOST_LOG_BYTES } from '../../../src/agent/capture/logs.ts';
import { collecting } from '../../support/collecting.ts';
import { contentIn, stockTar } from '../../support/tar-listing.ts';

let folder: string;
let log: string;
let ends: (() => Promise<void>)[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
  log = join(folder, 'log');
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  rmSync(folder, { recursive: true });
});

/** A process whose outputs lead there: to a file, or to a `pipe`. */
async function talker(stdout: string, stderr: string): Promise<number> {
  const open = (place: string) => (place === 'pipe' ? place : openSync(place, 'a'));
  const outputs = [open(stdout), open(stderr)] as const;
  const child = spawn('sleep', ['600'], { stdio: ['ignore', ...outputs] });
  const ended = once(child, 'exit');
  ends.push(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await once(child, 'spawn');
  for (const output of outputs) if (typeof output === 'number') closeSync(output);
  return child.pid ?? 0;
}

function outputsIn(archive: Buffer) {
  return (JSON.parse(contentIn(archive, 'cordon-index.json')) as { outputs: object[] }).outputs;
}

describe('the logs of a process', () => {
  it('are the file that its outputs lead to, once', async () => {
    writeFileSync(log, 'MARKER\n');
    const pid = await talker(log, log);
    const { bytes, verdict } = await collecting(collectLogs, [pid]);
    expect(verdict).toEqual({ completeness: 'complete', reason: '', notes: [] });
    expect(stockTar(bytes, '-t').toString()).toBe(`${pid}-stdout\ncordon-index.json\n`);
    expect(contentIn(bytes, '-stdout')).toBe('MARKER\n');
    expect(outputsIn(bytes)).toEqual([
      expect.objectContaining({ pid, fd: 1, kind: 'file', entry: `${pid}-stdout` }),
      expect.objectContaining({ pid, fd: 2, kind: 'file', entry: `${pid}-stdout` }),
    ]);
  });

  it('are the last 16 MiB of a longer one, and truncated', async () => {
    writeFileSync(log, Buffer.concat([Buffer.alloc(MOST_LOG_BYTES, 'a'), Buffer.from('THE-END')]));
    const { bytes, verdict } = await collecting(collectLogs, [await talker(log, '/dev/null')]);
    expect(verdict.completeness).toBe('truncated');
    const taken = stockTar(bytes, '-xO', '--wildcards', '*-stdout');
    expect(taken).toHaveLength(MOST_LOG_BYTES);
    expect(taken.subarray(-8).toString()).toBe('aTHE-END');
    expect(outputsIn(bytes)[0]).toMatchObject({ from: 7, size: MOST_LOG_BYTES + 7 });
  });

  it('are read by the descriptor where the name is gone, or is that of another file by now', async () => {
    writeFileSync(log, 'MARKER');
    const pid = await talker(log, '/dev/null');
    unlinkSync(log);
    writeFileSync(log, 'ANOTHER');
    const { bytes } = await collecting(collectLogs, [pid]);
    expect(contentIn(bytes, '-stdout')).toBe('MARKER');
  });

  it('leave the time of the last reading as it was', async () => {
    writeFileSync(log, 'MARKER');
    const before = statSync(log, { bigint: true }).atimeNs;
    await collecting(collectLogs, [await talker(log, log)]);
    expect(statSync(log, { bigint: true }).atimeNs).toBe(before);
  });

  it('are unsupported where they lead to nothing that can be read, and the index says where', async () => {
    const { bytes, verdict } = await collecting(collectLogs, [await talker('pipe', '/dev/null')]);
    expect(verdict.completeness).toBe('unsupported');
    expect(verdict.reason).toMatch(/^stdout and stderr lead to: (pipe|socket), null$/);
    expect(outputsIn(bytes)).toEqual([
      expect.objectContaining({ fd: 1, entry: null }),
      expect.objectContaining({ fd: 2, kind: 'null', entry: null }),
    ]);
  });

  it('are a failure where the process is gone', async () => {
    const pid = await talker(log, log);
    const onPinned = async () => {
      for (const end of ends) await end();
    };
    const { verdict } = await collecting(collectLogs, [pid], { onPinned });
    expect(verdict).toMatchObject({ completeness: 'failed', reason: 'exited' });
  });
});
