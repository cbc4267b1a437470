import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLLECTORS } from '../../../src/domain/host-capture.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { eventually } from '../../support/eventually.ts';
import { type HostDoor, linesOf, openHostDoor } from '../../support/host-door.ts';
import { runVictim } from '../../support/victims.ts';

const CANARY = 'c4n4ry-5ecret-v4lue';

let folder: string;
let allowed: TestCgroup;
let door: HostDoor;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'c-'));
  allowed = makeCgroup();
  door = await openHostDoor([allowed.path]);
});
afterEach(async () => {
  await door.close();
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

/** Runs it until it says, by a file, that it is ready. */
async function ready(script: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const sign = join(folder, 'ready');
  const { pid } = await runVictim(script, { cgroup: allowed, args, env: { ...env, SIGN: sign } });
  await eventually(
    () => readFileSync(sign, { flag: 'a+' }).length,
    (length) => length > 0,
  );
  return { kind: 'process', pid } as const;
}

describe('processes', () => {
  it('are described without the secrets of their arguments and environment', async () => {
    const args = [`--token=${CANARY}`, '--password', CANARY, `https://u:${CANARY}@host/`];
    const subject = await ready('echo > $SIGN; sleep 600 & wait', args, { API_TOKEN: CANARY });
    await door.act('freeze', subject);
    const captured = await door.capture(subject, 'processes');
    expect(captured.report).toMatchObject({
      schema: 'host-artifact/1',
      completeness: 'complete',
      reason: '',
      encryption: null,
      target: { frozen_by: 'sigstop', process_count: 2 },
    });
    const lines = linesOf(captured);
    expect(JSON.stringify(lines)).not.toContain(CANARY);
    const names = { names: expect.arrayContaining(['API_TOKEN', 'PATH']) };
    expect(lines[0]).toMatchObject({ pid: subject.pid, environ: names });
    expect(lines[0]?.['cmdline']).toEqual(expect.arrayContaining(['--token=[redacted]']));
  });

  it('have their program by digest, and where each thread stands', async () => {
    const subject = await ready('echo > $SIGN; exec sleep 600');
    await eventually(
      () => readFileSync(`/proc/${subject.pid}/comm`, 'utf8'),
      (comm) => comm === 'sleep\n',
    );
    await door.act('freeze', subject);
    const [line] = linesOf(await door.capture(subject, 'processes'));
    const program = readFileSync(`/proc/${subject.pid}/exe`);
    const sha256 = createHash('sha256').update(program).digest('hex');
    expect(line).toMatchObject({
      exe: { deleted: false, sha256 },
      stat: { comm: 'sleep', state: 'T' },
      status: { Name: 'sleep', NoNewPrivs: expect.any(String) },
      cgroup: expect.arrayContaining([`0::${allowed.path}`]),
      namespaces: { net: expect.stringMatching(/^net:\[\d+\]$/) },
      threads: [{ tid: subject.pid, state: 'T', syscall: expect.stringMatching(/^-?\d+ /) }],
      limits: { 'Max open files': expect.any(Array) },
    });
  });

  it('match the digests in their report', async () => {
    const subject = await ready('echo > $SIGN; exec sleep 600');
    const captured = await door.capture(subject, 'processes');
    const sha256 = createHash('sha256').update(captured.bytes).digest('hex');
    expect(captured.report?.stored).toEqual({ sha256, size: captured.bytes.length });
    const text = `${linesOf(captured)
      .map((line) => JSON.stringify(line))
      .join('\n')}\n`;
    const plain = createHash('sha256').update(text).digest('hex');
    expect(captured.report?.plain).toEqual({ sha256: plain, size: Buffer.byteLength(text) });
  });
});

describe('network', () => {
  it('joins a socket to the process that has it open', async () => {
    const listen = `const s = require("net").createServer().listen(0, "127.0.0.1", () =>
      require("fs").writeFileSync(process.env.SIGN, String(s.address().port)))`;
    const subject = await ready(`exec node -e '${listen}'`);
    const port = readFileSync(join(folder, 'ready'), 'utf8');
    const captured = await door.capture(subject, 'network');
    expect(captured.report).toMatchObject({ completeness: 'complete' });
    const lines = linesOf(captured);
    const listening = { table: 'tcp', local: `127.0.0.1:${port}`, state: 'listen' };
    const holders = [{ pid: subject.pid, fd: expect.any(Number) }];
    expect(lines).toContainEqual(expect.objectContaining({ ...listening, processes: holders }));
    expect(lines.filter(({ pids }) => pids !== undefined)).toHaveLength(1);
    expect(lines).toContainEqual(
      expect.objectContaining({ table: 'dev', line: expect.stringContaining('lo:') }),
    );
  });
});

describe('every collector', () => {
  it.each(COLLECTORS)('of %s reports of a frozen process', async (collector) => {
    const subject = await ready('echo > $SIGN; exec sleep 600');
    await door.act('freeze', subject);
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const { report } = await door.capture(subject, collector, { recipients });
    expect(report).toMatchObject({ collector, target: { frozen_by: 'sigstop' } });
    expect(['complete', 'truncated', 'unsupported']).toContain(report?.completeness);
  });
});

describe('files', () => {
  it('without a name are given by the digest of their content', async () => {
    const content = 'exists nowhere else';
    const path = join(folder, 'gone');
    const script = 'exec 7>"$1"; printf "$2" >&7; rm "$1"; echo > $SIGN; exec sleep 600';
    const subject = await ready(script, [path, content]);
    const captured = await door.capture(subject, 'files');
    expect(captured.report).toMatchObject({ completeness: 'complete' });
    expect(linesOf(captured)).toContainEqual(
      expect.objectContaining({
        fd: 7,
        link: `${path} (deleted)`,
        type: 'file',
        links: 0,
        size: content.length,
        position: String(content.length),
        flags: expect.stringMatching(/1$/),
        content_sha256: createHash('sha256').update(content).digest('hex'),
      }),
    );
  });

  it('that would block or act when opened are not opened', async () => {
    const script = 'mkfifo "$1"; exec 7<>"$1" 8>/dev/full; echo > $SIGN; exec sleep 600';
    const subject = await ready(script, [join(folder, 'fifo')]);
    const lines = linesOf(await door.capture(subject, 'files'));
    expect(lines).toContainEqual(expect.objectContaining({ fd: 7, type: 'fifo' }));
    expect(lines).toContainEqual(expect.objectContaining({ fd: 8, type: 'character_device' }));
  });

  it('of more than 10,000 descriptors are cut short, and it is said', async () => {
    const open = `const fs = require("fs");
      for (let i = 0; i < 10100; i++) fs.openSync("/dev/null"); fs.writeFileSync(process.env.SIGN, "x");
      setInterval(() => {}, 1e6)`;
    const subject = await ready(`ulimit -n 20000; exec node -e '${open}'`);
    const captured = await door.capture(subject, 'files');
    expect(captured.report).toMatchObject({
      completeness: 'truncated',
      reason: `process ${subject.pid} has more than 10000 descriptors`,
    });
    expect(linesOf(captured)).toHaveLength(10_000);
  });
});
