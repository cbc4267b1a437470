import { createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../src/adapters/targets/targets.ts';
import { callRange } from '../../src/range/client.ts';
import { requestFor, shippedTargets, startPractice, type Practice } from './practice.ts';

const WRITER = 'spiffe://practice.cordon/agent/agent-7';
const PLAN = { state: 'agent-7', id: 'plan', writer: WRITER, content: 'do this' };

let practice: Practice;
let targets: ReturnType<typeof createTargets>;
beforeEach(async () => {
  practice = await startPractice();
  targets = createTargets({ policy: shippedTargets, home: practice.home, now: Date.now });
});
afterEach(async () => {
  await targets.close();
  await practice.stop();
});

const get = (path: string) => callRange(practice.home, 'state', 'GET', path);
const post = (path: string, body: object) => callRange(practice.home, 'state', 'POST', path, body);
const asked = (action: string, subject: Record<string, string>, more = {}) =>
  requestFor(action, { target: 'state', subject, ...more });

describe('what agents share', () => {
  it('is read with the signature of its writer', async () => {
    await post('/api/v1/artifacts', PLAN);
    const { body } = await get('/api/v1/artifacts?state=agent-7&reader=agent-4');
    const { artifacts, keys } = body as {
      artifacts: { signature: string }[];
      keys: Record<string, string>;
    };
    expect(artifacts).toEqual([
      { id: 'plan', writer: WRITER, content: 'do this', signature: expect.any(String) },
    ]);
    const signed = Buffer.from(JSON.stringify(['agent-7', 'plan', WRITER, 'do this']));
    const signature = Buffer.from(artifacts[0]?.signature ?? '', 'base64');
    expect(verify(null, signed, createPublicKey(keys[WRITER] ?? ''), signature)).toBe(true);
    const { body: consumers } = await get('/api/v1/consumers?state=agent-7');
    expect(consumers).toEqual({ consumers: ['agent-4'] });
  });

  it('is scanned for what its writer has not signed, in quarantine as well', async () => {
    await post('/api/v1/artifacts', PLAN);
    expect((await get('/api/v1/integrity?state=agent-7')).body).toEqual({
      ...{ artifacts: 1, invalid: [] },
    });
    await post('/api/v1/quarantine', { subject: { state: 'agent-7' } });
    await post('/range/forge', { ...PLAN, id: 'forged' });
    const forged = { artifacts: 2, invalid: ['agent-7/forged'] };
    expect((await get('/api/v1/integrity?state=agent-7')).body).toEqual(forged);
    expect((await get('/api/v1/integrity')).body).toEqual(forged);
    expect((await get('/api/v1/integrity?state=agent-1')).body).toMatchObject({ artifacts: 0 });
  });
});

describe('a namespace in quarantine', () => {
  it('is neither read nor written, and has all that it had when it is released', async () => {
    await post('/api/v1/artifacts', PLAN);
    const request = asked('quarantine_shared_state', { state: 'agent-7' });
    expect(await targets.verify(request)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained' });
    expect((await get('/api/v1/artifacts?state=agent-7')).status).toBe(423);
    expect((await post('/api/v1/artifacts', PLAN)).status).toBe(423);
    expect((await get('/api/v1/artifacts?state=agent-1')).status).toBe(200);
    await practice.restart();
    expect(await targets.verify(request)).toMatchObject({ status: 'contained' });
    const undo = { ...request, idempotency_key: 'undo' };
    expect(await targets.release(undo)).toMatchObject({ status: 'released' });
    const { body } = await get('/api/v1/artifacts?state=agent-7');
    expect(body['artifacts']).toHaveLength(1);
  });

  it('is every one where the report names none', async () => {
    const request = asked('quarantine_shared_state', {});
    expect(await targets.apply(request)).toMatchObject({ status: 'contained' });
    expect((await get('/api/v1/artifacts?state=agent-7')).status).toBe(423);
  });
});

describe('an agent that consumed it', () => {
  it('is told once for each incident, as its inbox proves', async () => {
    const first = asked('notify_downstream', { agent: 'agent-4' });
    const second = { ...first, incident_id: 'INC-2', idempotency_key: 'second' };
    expect(await targets.apply(first)).toMatchObject({ status: 'contained' });
    expect(await targets.apply(first)).toMatchObject({ status: 'contained' });
    // That another incident was told is no proof that this one was.
    expect(await targets.verify(second)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(await targets.apply(second)).toMatchObject({ status: 'contained' });
    const { body } = await get('/api/v1/inbox?agent=agent-4');
    expect(body['incidents']).toEqual([first.incident_id, 'INC-2']);
    expect(await targets.release(first)).toMatchObject({ status: 'released' });
  });

  it('is not told by a service that only says so', async () => {
    await post('/range/faults', { fault: 'lying' });
    const request = asked('notify_downstream', { agent: 'agent-4' });
    expect(await targets.apply(request)).toMatchObject({ status: 'failed', reason: 'no_effect' });
  });
});
