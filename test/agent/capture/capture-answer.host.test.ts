import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unlessGone } from '../../../src/agent/subjects/gone.ts';
import type { HostSubject } from '../../../src/domain/host-subject.ts';
import { startAgentApart } from '../../support/agent-apart.ts';
import { captureProgram } from '../../support/capture-program.ts';
import { type TestCgroup, makeCgroup } from '../../support/cgroup.ts';
import { eventually } from '../../support/eventually.ts';
import { captureFrom, type HostDoor, openHostDoor } from '../../support/host-door.ts';
import { runVictim } from '../../support/victims.ts';

/** Bytes that come, and then nothing for ever: also the event loop is held, as by a mount that hangs. */
const STUCK = `yield Buffer.from('x'); await new Promise(setImmediate);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`;

let folder: string;
let allowed: TestCgroup;
let subject: HostSubject;
let doors: HostDoor[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'c-'));
  allowed = makeCgroup();
  doors = [];
  const { pid } = await runVictim('exec sleep 600', { cgroup: allowed });
  subject = { kind: 'process', pid };
});
afterEach(async () => {
  await Promise.all(doors.map((door) => door.close()));
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

/** An agent whose collector of processes gives these bytes. */
async function doorWith(bytes: string, notes?: string): Promise<HostDoor> {
  return opened(
    await openHostDoor([allowed.path], { captureProgram: captureProgram(folder, bytes, notes) }),
  );
}

function opened(door: HostDoor): HostDoor {
  doors.push(door);
  return door;
}

/** The processes that run a capture program of this test. */
function capturing(): string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    return unlessGone(() => readFileSync(`/proc/${name}/cmdline`, 'utf8'))?.includes(folder);
  });
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('an artifact', () => {
  it('is read by whoever has the key, and by nobody else', async () => {
    const door = await doorWith(`yield Buffer.from('the plain bytes');`);
    const identity = await generateX25519Identity();
    const recipients = [await identityToRecipient(identity)];
    const { bytes, report } = await door.capture(subject, 'processes', { recipients });
    expect(report).toMatchObject({
      completeness: 'complete',
      media_type: 'text/plain',
      plain: { sha256: sha256(Buffer.from('the plain bytes')), size: 15 },
      stored: { sha256: sha256(bytes), size: bytes.length },
      compression: 'zstd',
      encryption: { scheme: 'age', recipients },
    });
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const plain = zstdDecompressSync(await decrypter.decrypt(bytes));
    expect(plain.toString()).toBe('the plain bytes');
    const stranger = new Decrypter();
    stranger.addIdentity(await generateX25519Identity());
    await expect(stranger.decrypt(bytes)).rejects.toThrow(/identit/);
  });

  it('of 300 MB that no compression helps takes less than 200 MB of memory', async () => {
    const door = await doorWith(
      `const { randomBytes } = await import('node:crypto');
       for (let n = 0; n < 300; n++) yield randomBytes(1e6);`,
      `[/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]]`,
    );
    const recipients = [await identityToRecipient(await generateX25519Identity())];
    const { bytes, report } = await door.capture(subject, 'processes', {
      recipients,
      deadline_ms: 60_000,
    });
    expect(report?.plain.size).toBe(300e6);
    expect(report?.stored).toEqual({ sha256: sha256(bytes), size: bytes.length });
    const peakKiB = Number(report?.notes[0]);
    expect(peakKiB).toBeGreaterThan(10_000);
    expect(peakKiB).toBeLessThan(200_000);
  });

  it('is made by a process that may read what is of others, and nothing else', async () => {
    const held = `[/CapEff:\\s*(\\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]]`;
    const door = await doorWith(`yield Buffer.from('bytes');`, held);
    const { report } = await door.capture(subject, 'processes');
    // CAP_DAC_READ_SEARCH and CAP_SYS_PTRACE, as bits 2 and 19.
    expect(report?.notes).toEqual(['0000000000080004']);
  });

  it('of a collector that fails has the bytes until then, and is called failed', async () => {
    const door = await doorWith(
      `yield Buffer.from('until then'); throw Object.assign(new Error('no'), { code: 'EIO' });`,
    );
    const { bytes, report } = await door.capture(subject, 'processes');
    expect(zstdDecompressSync(bytes).toString()).toBe('until then');
    expect(report).toMatchObject({ completeness: 'failed', reason: 'EIO' });
  });

  it('that the host does not collect is called unsupported', async () => {
    const door = await doorWith('');
    const { status, report } = await door.capture(subject, 'logs');
    expect([status, report]).toMatchObject([200, { completeness: 'unsupported' }]);
    expect(report?.reason).not.toBe('');
  });

  it.each(['memory', 'tmpfs'] as const)(
    'of %s is refused without recipients',
    async (collector) => {
      const door = await doorWith('');
      const { status, bytes } = await door.capture(subject, collector);
      expect([status, JSON.parse(bytes.toString())['code']]).toEqual([400, 'recipients_required']);
    },
  );
});

describe('a capture', () => {
  it('that is stuck is killed at its deadline: its body breaks off, and no process is left', async () => {
    const door = await doorWith(STUCK);
    const attempt = door.capture(subject, 'processes', { deadline_ms: 200 });
    await eventually(capturing, (pids) => pids.length === 1);
    await expect(attempt).rejects.toThrow('aborted');
    await eventually(capturing, (pids) => pids.length === 0);
    expect(door.complaints).toMatchObject([{ code: 'capture_broken' }]);
  });

  it('is killed, with what it started, when its caller goes away', async () => {
    const door = await doorWith(
      `(await import('node:child_process')).spawn('sh', ['-c', 'sleep 600; : ${folder}']); ${STUCK}`,
    );
    const caller = new AbortController();
    const attempt = door.capture(subject, 'processes', { signal: caller.signal });
    await eventually(capturing, (pids) => pids.length === 2);
    caller.abort();
    await expect(attempt).rejects.toThrow(/abort/);
    await eventually(capturing, (pids) => pids.length === 0);
  });

  it('ends when its agent is killed', async () => {
    const program = captureProgram(
      folder,
      'setInterval(() => {}, 1e6); await new Promise(() => {});',
    );
    const agent = await startAgentApart([allowed.path], { captureProgram: program });
    const attempt = captureFrom(agent.socket, subject, 'processes');
    await eventually(capturing, (pids) => pids.length === 2);
    await Promise.all([agent.kill(), expect(attempt).rejects.toThrow(/aborted|hang up/)]);
    await eventually(capturing, (pids) => pids.length === 0);
  });

  it.each([
    ['dies', `yield Buffer.from('x'); process.kill(process.pid, 'SIGKILL');`],
    ['ends without a report', `yield Buffer.from('x'); process.exit(0);`],
    [
      'says what is no report',
      `(await import('node:fs')).writeSync(3, '{"schema":"host-artifact/1"}'); process.exit(0);`,
    ],
  ])('that %s gives a body that breaks off', async (_, bytes) => {
    const door = await doorWith(bytes);
    await expect(door.capture(subject, 'processes')).rejects.toThrow('aborted');
    await eventually(
      () => door.complaints,
      (complaints) => complaints.length === 1,
    );
    expect(door.complaints).toMatchObject([{ code: 'capture_broken' }]);
  });

  it('is refused while two are under way, and taken when one has ended', async () => {
    const door = await doorWith(STUCK);
    const callers = [new AbortController(), new AbortController()];
    const attempts = callers.map(({ signal }) => door.capture(subject, 'processes', { signal }));
    const ends = Promise.allSettled(attempts);
    await eventually(capturing, (pids) => pids.length === 2);
    const { status, bytes } = await door.capture(subject, 'processes');
    expect([status, JSON.parse(bytes.toString())['code']]).toEqual([503, 'agent_busy']);
    for (const caller of callers) caller.abort();
    await ends;
    await eventually(capturing, (pids) => pids.length === 0);
    // A process is gone before its agent has heard of it.
    const next = () => door.capture(subject, 'logs');
    await eventually(next, (answer) => answer.status === 200);
  });

  it('knows nothing of the environment of the agent', async () => {
    const door = await doorWith(`yield Buffer.from(Object.keys(process.env).join());`);
    const { bytes } = await door.capture(subject, 'processes');
    expect(zstdDecompressSync(bytes).toString()).toBe('PATH');
  });
});
