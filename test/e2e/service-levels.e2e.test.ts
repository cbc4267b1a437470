import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isSigned, startReceiver, type Receiver } from '../adapters/notify/receiver.ts';
import { eventually } from '../support/eventually.ts';
import { installation, place, remove, STARTING_MS } from '../support/installation.ts';
import type { Installation, Place } from '../support/installation.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Scaled: a second stands for the minutes and hours of the shipped policy. */
const SECOND = 1_000;

let receiver: Receiver;
let at: Place;
let cordon: Installation;

beforeAll(async () => {
  receiver = await startReceiver();
  at = await place({
    recovery: {
      service_levels: {
        high: { contain: '0s', acknowledge: '1s', resolve: '0s', repeat: '1s' },
        medium: { contain: '1s', acknowledge: '0s', resolve: '0s', repeat: '10m' },
      },
    },
    notifications: {
      webhooks: [
        {
          name: 'on_call',
          url: receiver.url,
          secret_file: 'keys/on-call-secret',
          events: ['sla_breached', 'containment_failed'],
        },
      ],
    },
  });
  await mkdir(join(at.home, 'keys'), { recursive: true, mode: 0o700 });
  await writeFile(join(at.home, 'keys/on-call-secret'), `${SECRET}\n`, { mode: 0o600 });
  cordon = await installation({ at });
}, STARTING_MS);

afterAll(async () => {
  await cordon.stop();
  await receiver.stop();
  await remove(at);
});

const breaches = (id: string) => cordon.events(id, 'sla_breached');

it('notifies on-call, signed, and again until the receiver has accepted it', async () => {
  receiver.otherwise = 503;
  await cordon.fault('agent', { fault: 'down' });
  const { id } = await cordon.report({ class: 'tool_call_burst' });
  await cordon.untilState(id, 'containment_failed');
  // A receiver that is down delays nothing: containment goes on as soon as the target is well.
  const about = () =>
    receiver.received.filter(({ body }) => body.includes(id)).map(({ body }) => JSON.parse(body));
  await eventually(about, (attempts) => attempts.length > 0);
  await eventually(
    () => breaches(id),
    (found) => found.length === 1,
  );
  await cordon.fault('agent', { fault: 'none' });
  await cordon.untilState(id, 'contained');
  receiver.otherwise = 204;

  const bodies = await eventually(about, (all) => all.some(({ type }) => type === 'sla_breached'));
  const types: string[] = bodies.map(({ type }) => type);
  expect([...new Set(types)]).toEqual(['containment_failed', 'sla_breached']);
  // The refused delivery was made again, under the same id.
  const failed = bodies.filter(({ type }) => type === 'containment_failed');
  expect(failed.length).toBeGreaterThan(1);
  expect(new Set(failed.map((body) => body.id)).size).toBe(1);
  expect(receiver.received.every((delivery) => isSigned(delivery, SECRET))).toBe(true);
});

it('tells of a breach when it is due, and again until the stage is done', async () => {
  const { id, created_at } = await cordon.report({ class: 'manifest_mismatch' });
  const told = await eventually(
    () => breaches(id),
    (found) => found.length >= 2,
  );
  const due = [1, 2].map((times) => ({
    stage: 'acknowledge',
    times,
    due_at: new Date(Date.parse(created_at) + times * SECOND).toISOString(),
  }));
  // There may be a third by the time it is looked at.
  expect(told.slice(0, due.length)).toMatchObject(due);
  const entries = (await cordon.entries(id)).filter(({ type }) => type === 'sla_breached');
  for (const [i, { due_at }] of told.entries()) {
    expect(Date.parse(entries[i]?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(due_at));
  }
  expect(await cordon.recover(id)).toMatchObject({ sla_breaches: ['acknowledge'] });
  const order = (await cordon.entries(id)).map(({ type }) => type);
  expect(order.lastIndexOf('sla_breached')).toBeLessThan(order.indexOf('acknowledged'));
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
