import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTargets } from '../../src/adapters/targets/targets.ts';
import { callRange } from '../../src/range/client.ts';
import { requestFor, shippedTargets, startPractice, type Practice } from './practice.ts';

const DIGEST = `sha256:${'b'.repeat(64)}`;
const IMAGE = `practice/agent@${DIGEST}`;
const OTHER = `sha256:${'c'.repeat(64)}`;

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

const get = (path: string) => callRange(practice.home, 'gate', 'GET', path);
const post = (path: string, body: object) => callRange(practice.home, 'gate', 'POST', path, body);
const admitted = async (image: string) => (await post('/api/v1/admit', { image })).status;
const block = (image: string) =>
  requestFor('block_image', { target: 'gate', subject: { image }, idempotency_key: image });

describe('a blocked image', () => {
  it.each([IMAGE, DIGEST])('is let in nowhere until it is unblocked (%s)', async (image) => {
    const request = block(image);
    expect(await targets.verify(request)).toMatchObject({ status: 'failed', reason: 'no_effect' });
    expect(await targets.apply(request)).toMatchObject({ status: 'contained' });
    expect([await admitted(IMAGE), await admitted(DIGEST)]).toEqual([403, 403]);
    expect(await admitted(OTHER)).toBe(201);
    expect((await get('/api/v1/status')).body['blocked']).toEqual([DIGEST]);
    const undo = { ...request, idempotency_key: 'undo' };
    expect(await targets.release(undo)).toMatchObject({ status: 'released' });
    expect(await admitted(IMAGE)).toBe(201);
  });

  it('is named by its digest, never by a tag', async () => {
    const outcome = await targets.apply(block('practice/agent:latest'));
    expect(outcome).toMatchObject({ status: 'failed', retryable: false });
    expect(await admitted('practice/agent:latest')).toBe(400);
    expect((await get('/api/v1/status')).body['blocked']).toEqual([]);
  });

  it('is not blocked by a gate that only says so', async () => {
    await post('/range/faults', { fault: 'lying' });
    expect(await targets.apply(block(IMAGE))).toMatchObject({ reason: 'no_effect' });
  });
});

describe('safe mode', () => {
  it('takes no work and lets nothing in, also after a restart, until it is left', async () => {
    expect((await post('/api/v1/work', {})).status).toBe(202);
    await post('/api/v1/safe-mode', { on: true, holders: ['INC-1'] });
    await practice.restart();
    expect((await post('/api/v1/work', {})).status).toBe(423);
    expect(await admitted(OTHER)).toBe(403);
    const { body } = await get('/api/v1/status');
    expect(body).toMatchObject({ safe_mode: true, holders: ['INC-1'], blocked: [] });
    await post('/api/v1/safe-mode', { on: false });
    expect((await post('/api/v1/work', {})).status).toBe(202);
    expect(await admitted(OTHER)).toBe(201);
  });

  it('is refused where it is not said whether to enter or to leave it', async () => {
    expect((await post('/api/v1/safe-mode', {})).status).toBe(400);
    expect((await get('/api/v1/status')).body['safe_mode']).toBe(false);
  });

  it('does not keep an image from being unblocked', async () => {
    await targets.apply(block(IMAGE));
    await post('/api/v1/safe-mode', { on: true });
    const undo = { ...block(IMAGE), idempotency_key: 'undo' };
    expect(await targets.release(undo)).toMatchObject({ status: 'released' });
  });
});
