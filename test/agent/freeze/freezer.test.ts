import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFreezer, type Holding } from '../../../src/agent/freeze/freezer.ts';
import { openLeaseFiles } from '../../../src/agent/freeze/lease-files.ts';
import { Fault } from '../../../src/domain/fault.ts';
import type { FreezeAnswer } from '../../../src/domain/host-capture.ts';
import type { HostSubject } from '../../../src/domain/host-subject.ts';

const CGROUP: HostSubject = { kind: 'cgroup', path: '/agents/one' };
/** The only process in it, under another name. */
const PROCESS: HostSubject = { kind: 'process', pid: 7 };
const ELSEWHERE: HostSubject = { kind: 'process', pid: 8 };
const FIRST = { holder: 'INC-1', ms: 30_000 };
const SECOND = { holder: 'INC-2', ms: 30_000 };

let directory: string;
let frozen: Set<number>;
let gone: Set<number>;
const clock = { bootId: 'this boot', ms: 0, nowMs: () => clock.ms };

beforeEach(() => {
  vi.useFakeTimers();
  directory = join(mkdtempSync(join(tmpdir(), 'cordon-leases-')), 'state');
  [frozen, gone, clock.bootId, clock.ms] = [new Set(), new Set(), 'this boot', 1_000_000];
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(join(directory, '..'), { recursive: true });
});

const pidOf = (subject: HostSubject) => (subject.kind === 'process' ? subject.pid : 7);

/** A host of two processes, which stand or run. */
const host: Holding = {
  freeze: async (subject) => (frozen.add(pidOf(subject)), answerOf(subject)),
  thaw: async (subject) => (frozen.delete(pidOf(subject)), answerOf(subject)),
  look: async (subject) => ({ answer: answerOf(subject), pids: [pidOf(subject)] }),
};

function answerOf(subject: HostSubject): FreezeAnswer {
  const pid = pidOf(subject);
  if (gone.has(pid)) throw new Fault('subject_not_found', 'it is gone', { retryable: false });
  const measured = { frozen: frozen.has(pid), method: 'cgroup_freezer', processes: 1 } as const;
  return { schema: 'host-freeze/1', ...measured, took_ms: 0 };
}

const agent = (holding = host) => createFreezer(holding, openLeaseFiles(directory), clock);

/** Lets the time pass, and what is due happen. */
async function pass(ms: number): Promise<void> {
  clock.ms += ms;
  await vi.advanceTimersByTimeAsync(ms);
}

const isStill = (subject: HostSubject) => frozen.has(pidOf(subject));
const remembered = () => readdirSync(directory).length;

describe('what is frozen to be captured', () => {
  it('runs again when nobody has asked for it any more', async () => {
    expect(await agent().freeze(CGROUP, FIRST)).toMatchObject({ frozen: true, leased: true });
    await pass(29_999);
    expect([isStill(CGROUP), remembered()]).toEqual([true, 1]);
    await pass(1);
    expect([isStill(CGROUP), remembered()]).toEqual([false, 0]);
  });

  it('stands for as long as somebody asks', async () => {
    const freezer = agent();
    for (let renewals = 0; renewals < 5; renewals += 1) {
      expect(await freezer.freeze(CGROUP, FIRST)).toMatchObject({ frozen: true, leased: true });
      await pass(20_000);
    }
    expect(isStill(CGROUP)).toBe(true);
  });

  it('runs again when its holder lets go', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP, FIRST);
    expect(await freezer.thaw(CGROUP, FIRST.holder)).toMatchObject({ frozen: false });
    expect(remembered()).toBe(0);
  });

  it('stands until the last of its holders lets go, by whatever name they know it', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP, FIRST);
    expect(await freezer.freeze(PROCESS, SECOND)).toMatchObject({ leased: true });
    expect(await freezer.thaw(CGROUP, FIRST.holder)).toMatchObject({ frozen: true });
    expect(await freezer.thaw(PROCESS, SECOND.holder)).toMatchObject({ frozen: false });
  });

  it('is let go by no other', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP, FIRST);
    expect(await freezer.thaw(CGROUP, SECOND.holder)).toMatchObject({ frozen: true });
    expect(await freezer.freeze(ELSEWHERE)).toMatchObject({ frozen: true });
    expect(remembered()).toBe(1);
  });

  it('is tried again where it cannot be thawed', async () => {
    let failures = 2;
    const thaw: Holding['thaw'] = async (subject) => {
      if ((failures -= 1) >= 0) throw new Error('not now');
      return host.thaw(subject);
    };
    await agent({ ...host, thaw }).freeze(CGROUP, FIRST);
    await pass(30_000);
    expect([isStill(CGROUP), remembered()]).toEqual([true, 1]);
    await pass(4_000);
    expect([isStill(CGROUP), remembered()]).toEqual([false, 0]);
  });

  it('is forgotten where it has ended', async () => {
    await agent().freeze(CGROUP, FIRST);
    gone.add(7);
    await pass(30_000);
    expect(remembered()).toBe(0);
  });
});

describe('what is frozen to be contained', () => {
  it('is let go by no timer, also where a capture had frozen it before', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP, FIRST);
    expect(await freezer.freeze(PROCESS)).not.toHaveProperty('leased');
    await pass(3_600_000);
    expect([isStill(CGROUP), remembered()]).toEqual([true, 0]);
    expect(await freezer.thaw(CGROUP, FIRST.holder)).toMatchObject({ frozen: true });
  });

  it('is left as it is by a capture that comes later', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP);
    expect(await freezer.freeze(PROCESS, FIRST)).toMatchObject({ frozen: true, leased: false });
    expect(await freezer.thaw(PROCESS, FIRST.holder)).toMatchObject({ frozen: true });
    await pass(3_600_000);
    expect(isStill(CGROUP)).toBe(true);
  });

  it('is thawed by whoever releases it, whatever leases there are', async () => {
    const freezer = agent();
    await freezer.freeze(CGROUP, FIRST);
    expect(await freezer.thaw(PROCESS)).toMatchObject({ frozen: false });
    expect(remembered()).toBe(0);
  });
});

describe('an agent that is started again', () => {
  it('lets go at the time that the one before had promised', async () => {
    await agent().freeze(CGROUP, FIRST);
    vi.clearAllTimers();
    clock.ms += 10_000;
    agent();
    await pass(19_999);
    expect(isStill(CGROUP)).toBe(true);
    await pass(1);
    expect([isStill(CGROUP), remembered()]).toEqual([false, 0]);
  });

  it('lets go at once of what is overdue', async () => {
    await agent().freeze(CGROUP, FIRST);
    vi.clearAllTimers();
    clock.ms += 60_000;
    agent();
    await pass(0);
    expect(isStill(CGROUP)).toBe(false);
  });

  it('takes up no lease of another boot, whose numbers are others’ by now', async () => {
    await agent().freeze(CGROUP, FIRST);
    vi.clearAllTimers();
    clock.bootId = 'another boot';
    agent();
    await pass(60_000);
    expect([isStill(CGROUP), remembered()]).toEqual([true, 0]);
  });
});

it('freezes nothing for a while that it could not remember', async () => {
  const freezer = createFreezer(host, openLeaseFiles('/dev/null/state'), clock);
  await expect(freezer.freeze(CGROUP, FIRST)).rejects.toThrow(
    expect.objectContaining({ code: 'agent_state_unusable' }),
  );
  expect(isStill(CGROUP)).toBe(false);
});
