import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { captureHost } from '../../activities/capture-host.ts';
import { isAskedToFreeze } from '../../src/agent/freeze/cgroup-freezer.ts';
import { unlessGone } from '../../src/agent/subjects/gone.ts';
import type { Captured } from '../../src/domain/activities.ts';
import { type AgentApart, startAgentApart } from '../support/agent-apart.ts';
import { captureDeps, type CaptureSite, requestAt } from '../support/capture-site.ts';
import type { Step } from '../support/capturing-worker.ts';
import { makeCgroup, type TestCgroup } from '../support/cgroup.ts';
import { filesBelow, needlesIn } from '../support/needles.ts';
import { runVictim } from '../support/victims.ts';

const WORKER = fileURLToPath(new URL('../support/capturing-worker.ts', import.meta.url));
/** In the memory and in the temporary files of what is captured, made in parts, so that its arguments lack it. */
const MARKER = 'c4n4ry-of-a-crash';
/** With more of memory than any buffer on the way holds, so that its collector cannot be done before it is killed. */
const SCRIPT = `exec unshare -m sh -c 'mount --make-rprivate /; mount -t tmpfs t /run
  C=c4n4ry; echo "$C-of-a-crash" > /run/file
  exec python3 -c "
import os, time
held = os.urandom(32 << 20), str.join(chr(45), [chr(99) + chr(52) + \\"n4ry\\", \\"of-a-crash\\"])
time.sleep(1e6)"'`;

let folder: string;
let allowed: TestCgroup;
let agent: AgentApart;
let site: CaptureSite;
let identity: string;
let worker: ChildProcess | undefined;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'k-'));
  // Whatever anybody writes for a moment is written here, too.
  vi.stubEnv('TMPDIR', folder);
  allowed = makeCgroup();
  const victim = allowed.below('agent');
  await runVictim(SCRIPT, { cgroup: victim });
  agent = await startAgent();
  identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  const home = join(folder, 'home');
  site = { home, socket: agent.socket, cgroup: victim.path, recipient };
});

afterEach(async () => {
  await kill();
});

afterAll(async () => {
  await agent.kill();
  vi.unstubAllEnvs();
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

const startAgent = () => startAgentApart([allowed.path], { stateDirectory: join(folder, 'state') });

/** A worker that captures, and stands at this step. */
async function workerAt(step: Step): Promise<ChildProcess> {
  const child = fork(WORKER, [JSON.stringify(site)], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  worker = child;
  for (;;) {
    const [at] = (await once(child, 'message')) as [Step];
    if (at === step) return child;
    child.send('go on');
  }
}

/** SIGKILL to the worker, and with it to its store; resolves when it is gone. */
async function kill(): Promise<void> {
  const child = worker;
  worker = undefined;
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** The collectors that run below the agent now. */
function collectors(): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const isOne = (pid: string) =>
    unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes('capture/child.ts') &&
    unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8'))?.includes(site.cgroup);
  return pids.filter(isOne).map(Number);
}

const leases = () => readdirSync(join(folder, 'state', 'leases'));
const plaintext = () => needlesIn(filesBelow(folder), [MARKER]);

it.each(['frozen', 'memory_begun', 'manifest_due'] as const)(
  'a worker that is killed when it is %s leaves nothing readable, and a lease on what it froze',
  async (step) => {
    await workerAt(step);
    await kill();
    expect(plaintext()).toEqual([]);
    expect(leases()).toHaveLength(step === 'frozen' || step.startsWith('memory') ? 1 : 0);
    expect(isAskedToFreeze(site.cgroup)).toBe(leases().length === 1);
  },
  60_000,
);

it('a collector that is killed is a gap, and the rest is sealed', async () => {
  const child = await workerAt('memory_begun');
  for (const pid of collectors()) process.kill(pid, 'SIGKILL');
  const { artifacts, gaps, receipt } = await finished(child);
  expect(gaps).toContainEqual({ collector: 'memory', reason: expect.stringContaining('agent') });
  expect(artifacts.map(({ collector }) => collector)).toContain('tmpfs');
  if (receipt === null) throw new Error('nothing was sealed');
  const { custodian } = await captureDeps(site);
  expect(await custodian.doubts(receipt)).toBe('');
  expect(plaintext()).toEqual([]);
}, 60_000);

it('an agent that is killed is a gap for all that it owed, and the next one lets go of what it had frozen', async () => {
  const child = await workerAt('memory_begun');
  await agent.kill();
  const { artifacts, gaps, receipt } = await finished(child);
  expect(artifacts.map(({ collector }) => collector)).toEqual(['processes', 'network', 'files']);
  expect(gaps.map(({ collector }) => collector)).toEqual(
    expect.arrayContaining(['memory', 'tmpfs', 'logs', 'thaw']),
  );
  expect([receipt?.artifacts, leases().length, plaintext()]).toEqual([3, 1, []]);
  agent = await startAgent();
  site = { ...site, socket: agent.socket };
}, 60_000);

it('whatever has died, the next attempt keeps evidence that verifies, and lets all run again', async () => {
  const deps = await captureDeps(site);
  const reader = new Decrypter();
  reader.addIdentity(identity);
  const { receipt, artifacts } = await captureHost(deps, requestAt(site));
  if (receipt === null) throw new Error('nothing was sealed');
  expect(await deps.custodian.doubts(receipt)).toBe('');
  for (const name of ['memory', 'tmpfs']) {
    const artifact = artifacts.find(({ collector }) => collector === name);
    const sealed = await deps.store.get(artifact?.sha256 ?? '');
    expect(zstdDecompressSync(await reader.decrypt(sealed)).includes(MARKER)).toBe(true);
  }
  expect(isAskedToFreeze(site.cgroup)).toBe(false);
  expect(leases()).toEqual([]);
  expect(plaintext()).toEqual([]);
}, 60_000);

/** Lets the worker go on to its end, and gives what it has captured. */
async function finished(child: ChildProcess): Promise<Captured> {
  for (;;) {
    child.send('go on');
    const [said] = (await once(child, 'message')) as [Step | Captured];
    if (typeof said === 'object') return said;
  }
}
