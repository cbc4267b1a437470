import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withSpireServer } from '../../../../src/adapters/systems/spire/spire-server.ts';
import { spiffeIdOf } from '../../../../src/domain/spiffe-id.ts';
import { setRangeFault } from '../../../../src/range/client.ts';
import { FIRST_ENTRIES } from '../../../../src/range/spire/first-entries.ts';
import { entryFor, identity, NODE, revocation, revoking, type Revoking } from './revoking.ts';

const PLANNER = identity('agent-1');
const REVOKE = revocation(PLANNER);

let on: Revoking;
let worker: ReturnType<Revoking['worker']>;
beforeAll(async () => {
  on = await revoking();
  worker = on.worker();
});
afterEach(() => on.reset());
afterAll(() => on.stop());

const atServer: <T>(work: Parameters<typeof withSpireServer<T>>[3]) => Promise<unknown> = (work) =>
  withSpireServer(on.spire, on.home, AbortSignal.timeout(5_000), work);
const registered = () => atServer((server) => server.entries());

describe('a revoked identity', () => {
  it('is given no new SVID, and the one that it has is refused', async () => {
    const [svid, other] = [await on.fetchSvid('agent-1'), await on.fetchSvid('agent-2')];
    expect(await Promise.all([svid, other].map(on.callWith))).toEqual([200, 200]);
    expect(await worker.verify(REVOKE)).toMatchObject({ status: 'failed', reason: 'no_effect' });

    expect(await worker.apply(REVOKE)).toEqual({
      status: 'contained',
      reason: 'ok',
      detail: 'no entry is registered for it, the identity is listed, it is denied',
      retryable: false,
    });
    expect(await on.fetchSvid('agent-1')).toBe('403');
    expect(await Promise.all([svid, other].map(on.callWith))).toEqual([403, 200]);
    expect(await on.fetchSvid('agent-2')).toMatch(/^eyJ/);
  });

  it('is what it was once it is released, by whichever worker', async () => {
    const before = await registered();
    const svid = await on.fetchSvid('agent-1');
    await worker.apply(REVOKE);
    await worker.apply(REVOKE);
    const another = on.worker();
    expect(await another.release(REVOKE)).toMatchObject({ status: 'released', reason: 'ok' });
    expect(await registered()).toEqual(expect.arrayContaining(FIRST_ENTRIES.slice()));
    expect(await registered()).toHaveLength(Array.isArray(before) ? before.length : 0);
    expect(await on.callWith(svid)).toBe(200);
    expect(await on.callWith(await on.fetchSvid('agent-1'))).toBe(200);
    expect(await on.befores.of(REVOKE.resource)).toBeNull();
    expect(await another.release(REVOKE)).toMatchObject({ status: 'released' });
  });

  it('stays revoked when the range was restarted but for what its authorizer forgot', async () => {
    const svid = await on.fetchSvid('agent-1');
    await worker.apply(REVOKE);
    await on.restart();
    expect(await on.fetchSvid('agent-1')).toBe('403');
    const lost = { status: 'partial', reason: 'no_effect' };
    expect(await worker.verify(REVOKE)).toMatchObject(lost);
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
    expect(await on.callWith(svid)).toBe(403);
  });

  it('loses what is registered for it meanwhile, and does not get it back', async () => {
    await worker.apply(REVOKE);
    await atServer((server) => server.create([entryFor(0)]));
    expect(await worker.verify(REVOKE)).toMatchObject({ status: 'partial', reason: 'no_effect' });
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
    await worker.release(REVOKE);
    const isPlanted = ({ selectors }: { selectors: { value: string }[] }) =>
      selectors.some(({ value }) => value === 'uid:0');
    expect(await atServer(async (server) => (await server.entries()).filter(isPlanted))).toEqual(
      [],
    );
    expect(await registered()).toHaveLength(FIRST_ENTRIES.length);
  });

  it('does not get back what has expired meanwhile', async () => {
    const lasting = { ...entryFor(1), expires_at: Math.floor(Date.now() / 1_000) + 86_400 };
    const expired = { ...entryFor(2), expires_at: 1 };
    await atServer((server) => server.create([lasting, expired]));
    await worker.apply(REVOKE);
    expect(await worker.release(REVOKE)).toMatchObject({ status: 'released' });
    const uids = registered().then((entries) => JSON.stringify(entries).match(/uid:\d/g));
    expect(await uids).toEqual(['uid:1']);
  });

  it('is unknown where it is of another trust domain, or none', async () => {
    for (const of of ['spiffe://elsewhere/agent/agent-1', 'agent-1', '']) {
      for (const act of [worker.apply, worker.verify, worker.release]) {
        const unknown = { status: 'failed', reason: 'unknown_target', retryable: false };
        expect(await act(revocation(of))).toMatchObject(unknown);
      }
    }
  });
});

describe('the agent of a node', () => {
  it('is banned where it is the identity, and may attest again once it is released', async () => {
    const outcome = await worker.apply(revocation(NODE));
    expect(outcome).toMatchObject({ status: 'contained' });
    expect(outcome.detail).toContain(`${NODE} is banned`);
    expect(await on.fetchSvid('agent-2')).toBe('403');
    expect((await on.attest()).status).toBe(403);

    expect(await worker.release(revocation(NODE))).toMatchObject({ status: 'released' });
    expect((await on.attest()).status).toBe(200);
    expect(await on.fetchSvid('agent-2')).toMatch(/^eyJ/);
  });

  it('that is not there now is banned as soon as it attests', async () => {
    const id = spiffeIdOf(NODE);
    await atServer(async (server) => id && server.forget(id));
    const notYet = { status: 'partial', reason: 'no_effect', retryable: true };
    expect(await worker.apply(revocation(NODE))).toMatchObject(notYet);
    await on.attest();
    expect(await worker.apply(revocation(NODE))).toMatchObject({ status: 'contained' });
  });

  it('that somebody else had banned stays banned', async () => {
    const id = spiffeIdOf(NODE);
    await atServer(async (server) => id && server.ban(id));
    expect(await worker.apply(revocation(NODE))).toMatchObject({ status: 'contained' });
    expect(await worker.release(revocation(NODE))).toMatchObject({ status: 'released' });
    expect((await on.attest()).status).toBe(403);
  });

  it('is banned with what runs on its node only where the policy says so', async () => {
    await worker.apply(REVOKE);
    expect(await on.fetchSvid('agent-2')).toMatch(/^eyJ/);
    await worker.release(REVOKE);
    on.spire.ban_nodes = true;
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
    expect(await on.fetchSvid('agent-2')).toBe('403');
  });
});

describe('a server that is not well', () => {
  it.each([
    ['is down', 'down', 'unreachable', true],
    ['refuses us', 'refuse', 'refused', false],
  ] as const)('and %s has revoked nothing, but the identity is denied', async (...given) => {
    const [, fault, reason, retryable] = given;
    const svid = await on.fetchSvid('agent-1');
    await on.serverFault({ fault });
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'failed', reason, retryable });
    expect(await on.callWith(svid)).toBe(403);
    await on.serverFault({ fault: 'none' });
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
  });

  it('and lies is seen to have done nothing', async () => {
    await on.serverFault({ fault: 'lying' });
    const half = { status: 'partial', reason: 'no_effect', retryable: true };
    expect(await worker.apply(REVOKE)).toMatchObject(half);
    await on.serverFault({ fault: 'none' });
    await worker.apply(REVOKE);
    await on.serverFault({ fault: 'lying' });
    expect(await worker.release(REVOKE)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    // What is to be brought back is still known, and the identity still denied.
    await on.serverFault({ fault: 'none' });
    expect(await worker.release(REVOKE)).toMatchObject({ status: 'released' });
    expect(await on.fetchSvid('agent-1')).toMatch(/^eyJ/);
  });

  it('and fails after it has deleted is seen to have deleted', async () => {
    await on.serverFault({ fault: 'error_after_effect' });
    expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
    expect(await worker.release(REVOKE)).toMatchObject({ status: 'failed' });
    await on.serverFault({ fault: 'none' });
    expect(await worker.release(REVOKE)).toMatchObject({ status: 'released' });
  });

  it('and hangs is given up in time', async () => {
    await on.serverFault({ fault: 'slow', ms: 60_000 });
    const hurried = revocation(PLANNER, 300);
    expect(await worker.apply(hurried)).toMatchObject({ status: 'failed', reason: 'timeout' });
  });

  it('and nobody listens is unreachable', async () => {
    on.spire.unix = 'run/nobody.sock';
    expect(await worker.verify(REVOKE)).toMatchObject({ reason: 'unreachable', retryable: true });
  });
});

it('an authorizer that cannot be asked leaves it open whether the identity is revoked', async () => {
  await setRangeFault(on.home, 'authorizer', { fault: 'down' });
  expect(await worker.apply(REVOKE)).toMatchObject({ status: 'failed', reason: 'unreachable' });
  expect(await on.fetchSvid('agent-1')).toBe('403');
  await setRangeFault(on.home, 'authorizer', { fault: 'none' });
  expect(await worker.apply(REVOKE)).toMatchObject({ status: 'contained' });
});
