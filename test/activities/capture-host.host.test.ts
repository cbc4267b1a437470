import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureHost } from '../../activities/capture-host.ts';
import type { HostCaptureRequest } from '../../src/domain/activities.ts';
import { isAskedToFreeze } from '../../src/agent/freeze/cgroup-freezer.ts';
import { type TestCgroup, makeCgroup } from '../support/cgroup.ts';
import { type HostDoor, openHostDoor, TOKEN } from '../support/host-door.ts';
import { runVictim } from '../support/victims.ts';
import { world, type World } from './world.ts';

let on: World;
let allowed: TestCgroup;
let agent: TestCgroup;
let door: HostDoor;

beforeEach(async () => {
  on = await world();
  allowed = makeCgroup();
  agent = allowed.below('agent');
  door = await openHostDoor([allowed.path]);
  const token_file = join(on.home, 'token');
  writeFileSync(token_file, TOKEN, { mode: 0o600 });
  const place = { unix: door.socket, token_file, timeout_ms: 5_000 };
  on.policy.attestation = { ...on.policy.attestation, hosts: { 'web-1': place } };
});
afterEach(async () => {
  await door.close();
  await allowed.remove();
  await on.stop();
});

async function asked(changed: Partial<HostCaptureRequest> = {}): Promise<HostCaptureRequest> {
  const { actions: _, ...facts } = await on.incident();
  const subject = { host: 'web-1', process: agent.path };
  return { ...facts, subject, deadline_ms: 60_000, ...changed };
}

describe('what runs on a host', () => {
  it('is frozen, captured in order of volatility, let run again, and sealed', async () => {
    await runVictim('while :; do sleep 1; done', { cgroup: agent });
    const { artifacts, gaps, receipt, short_of } = await captureHost(on.deps, await asked());
    const collectors = artifacts.map(({ collector }) => collector);
    expect(collectors.slice(0, 2)).toEqual(['processes', 'network']);
    expect(collectors).not.toContain('memory');
    const reason = 'no_recipients: recovery.yaml names nobody who may read it';
    expect(gaps).toEqual([{ collector: 'tmpfs', reason }]);
    expect(isAskedToFreeze(agent.path)).toBe(false);
    expect(short_of).toBeUndefined();
    if (receipt === null) throw new Error('nothing was sealed');
    expect(await on.deps.custodian.doubts(receipt)).toBe('');
    expect(receipt).toMatchObject({ artifacts: artifacts.length, gaps: gaps.length });
  });

  it('gives its memory only where it is critical, and only to those who may read it', async () => {
    const identity = await generateX25519Identity();
    const memory = [await identityToRecipient(identity)];
    const { capture } = on.policy.recovery;
    const recipients = { ...capture.recipients, memory };
    on.policy.recovery = { ...on.policy.recovery, capture: { ...capture, recipients } };
    await runVictim('CANARY=c4n4ry-in-memory; while :; do sleep 1; done', { cgroup: agent });
    const { artifacts } = await captureHost(on.deps, await asked({ severity: 'critical' }));
    const [dump] = artifacts.filter(({ collector }) => collector === 'memory');
    const sealed = await on.deps.store.get(dump?.sha256 ?? '');
    expect(Buffer.from(sealed).includes('c4n4ry')).toBe(false);
    const reader = new Decrypter();
    reader.addIdentity(identity);
    const plain = zstdDecompressSync(await reader.decrypt(sealed));
    expect(plain.includes('c4n4ry-in-memory')).toBe(true);
    expect(dump?.from_host?.plain.size).toBe(plain.length);
  });

  it('stands on where it was frozen to be contained, which no capture undoes', async () => {
    await runVictim('while :; do sleep 1; done', { cgroup: agent });
    await door.act('freeze', { kind: 'cgroup', path: agent.path });
    const { gaps, receipt } = await captureHost(on.deps, await asked());
    expect(gaps.map(({ collector }) => collector)).not.toContain('freeze');
    expect(isAskedToFreeze(agent.path)).toBe(true);
    const manifest = Buffer.from(await on.deps.store.get(receipt?.manifest.sha256 ?? ''));
    const { payload } = JSON.parse(manifest.toString()).dsseEnvelope;
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString());
    expect(predicate.frozen).toMatchObject({ method: 'cgroup_freezer', to: '' });
  });

  it('leaves a gap and no receipt where it is gone already', async () => {
    const subject = { host: 'web-1', process: `${allowed.path}/nobody` };
    const captured = await captureHost(on.deps, await asked({ subject }));
    expect(captured).toMatchObject({ artifacts: [], receipt: null });
    expect(captured.gaps[0]).toMatchObject({
      collector: 'freeze',
      reason: expect.stringContaining('subject_not_found'),
    });
  });

  it('falls short where there was no time for all of it', async () => {
    await runVictim('while :; do sleep 1; done', { cgroup: agent });
    let looks = 0;
    const now = () => (looks += 1) * 10_000;
    const captured = await captureHost({ ...on.deps, now }, await asked({ deadline_ms: 45_000 }));
    expect(captured.short_of).toContain('logs');
    expect(captured.receipt).not.toBeNull();
  });

  it('is asked for again by the engine where its agent does not answer', async () => {
    const gone = { unix: join(on.home, 'nobody'), token_file: join(on.home, 'token') };
    const place = { ...gone, timeout_ms: 5_000 };
    on.policy.attestation = { ...on.policy.attestation, hosts: { 'web-1': place } };
    await expect(captureHost(on.deps, await asked())).rejects.toMatchObject({ retryable: true });
  });
});
