import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { notificationSchema } from '../../../src/adapters/notify/notification.ts';
import type { Notifier } from '../../../src/adapters/notify/notifier.ts';
import { installation, SECRET, webhook, type Installation } from './installation.ts';
import { isSigned, startReceiver, type Receiver } from './receiver.ts';

const FIRST = 'INC-20260314-120000-00000001';
const SECOND = 'INC-20260314-120000-00000002';

let site: Installation;
let receiver: Receiver;
beforeEach(async () => {
  [site, receiver] = await Promise.all([installation(), startReceiver()]);
});
afterEach(async () => {
  await site.end();
  await receiver.stop();
});

/** Patient, because other tests use the machine too. */
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

/** A server that follows from the head on. */
async function started(owner?: string): Promise<Notifier> {
  const notifier = site.start(owner);
  await eventually(() => expect(notifier.status()).toHaveLength(site.state.webhooks.length));
  return notifier;
}
const told = (count: number) =>
  eventually(() => expect(receiver.received.length).toBeGreaterThanOrEqual(count));
/** Time for a delivery that must not come. */
const aWhile = () => new Promise((resolve) => setTimeout(resolve, 60));

describe('a webhook', () => {
  it('is told the events it listens to, in order and signed', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await started();
    await site.report(FIRST, 'high');
    await site.happen(FIRST, 'alert/1', { type: 'alert', message: 'not listened to' });
    await site.happen(FIRST, 'contained/1', { type: 'contained' });
    await site.happen(FIRST, 'resolved', { type: 'resolved', by: 'alice', note: '' });
    await told(3);
    expect(receiver.types()).toEqual(['reported', 'contained', 'resolved']);
    expect(receiver.received.every((delivery) => isSigned(delivery, SECRET))).toBe(true);
    expect(receiver.received[0]?.headers['webhook-timestamp']).toBe('1773489600');
  });

  it('is sent the incident without its evidence', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await started();
    await site.report(FIRST, 'high');
    await told(1);
    const body = receiver.received[0]?.body ?? '';
    const notification = notificationSchema.parse(JSON.parse(body));
    expect(notification).toMatchObject({ type: 'reported', entry_seq: 1, incident: { id: FIRST } });
    expect(notification.id).toBe(receiver.received[0]?.headers['webhook-id']);
    expect(body).not.toContain('the whole prompt');
  });

  it('is told nothing of incidents that are not severe enough for it', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url, { min_severity: 'critical' })];
    await started();
    await site.report(FIRST, 'high');
    await site.report(SECOND, 'critical');
    await told(1);
    expect(receiver.received[0]?.body).toContain(SECOND);
    await aWhile();
    expect(receiver.received).toHaveLength(1);
  });

  it('is told of events that are about no incident', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url, { min_severity: 'critical' })];
    await started();
    const at = '2026-03-14T12:00:00.000Z';
    await site.ledger.log.note({ key: 'k', at, actor: 'admin', type: 'policy_in_force', body: {} });
    await told(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      type: 'policy_in_force',
      incident: null,
    });
  });
});

describe('a webhook that fails', () => {
  it('is tried again with the same id and growing pauses, and later events wait for it', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    receiver.planned.push(500, 503, 404, 500, 500, 500, 500, 500);
    const notifier = await started();
    await site.report(FIRST, 'high');
    await site.happen(FIRST, 'contained/1', { type: 'contained' });
    await told(10);
    expect(receiver.types()).toEqual([...Array<string>(9).fill('reported'), 'contained']);
    expect(new Set(receiver.ids().slice(0, 9)).size).toBe(1);
    // The pauses between looks at an idle ledger are of one second as well.
    const pauses = site.state.waits.filter((ms) => ms > 1_000);
    expect(pauses).toEqual([2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    await eventually(() => expect(notifier.status()[0]?.failing_since).toBe(''));
    expect(site.state.logged).toEqual(['webhook fails', 'webhook accepts again']);
  });

  it('shows since when and why, and holds up no other', async () => {
    const other = await startReceiver();
    receiver.otherwise = 500;
    site.state.webhooks = [webhook('broken', receiver.url), webhook('sound', other.url)];
    const notifier = await started();
    await site.report(FIRST, 'high');
    await site.happen(FIRST, 'contained/1', { type: 'contained' });
    await eventually(() => expect(other.types()).toEqual(['reported', 'contained']));
    const status = () => notifier.status().toSorted((a, b) => a.name.localeCompare(b.name));
    await eventually(() =>
      expect(status()).toEqual([
        {
          name: 'broken',
          reached: 0,
          failing_since: '2026-03-14T12:00:00.000Z',
          last_error: 'answered 500',
        },
        { name: 'sound', reached: 2, failing_since: '', last_error: '' },
      ]),
    );
    await other.stop();
  });

  it('is not followed to where it redirects', async () => {
    receiver.planned.push(302);
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await started();
    await site.report(FIRST, 'high');
    await told(2);
    expect(receiver.types()).toEqual(['reported', 'reported']);
  });

  it('is given up on in time and tried again', async () => {
    receiver.planned.push('hang');
    site.state.webhooks = [webhook('on_call', receiver.url, { timeout: 50 })];
    await started();
    await site.report(FIRST, 'high');
    await told(2);
    expect(receiver.types()).toEqual(['reported', 'reported']);
  });

  it.each([
    ['has no secret', 'gone', /^gone holds no secret/],
    ['has a secret that is none', 'weak', /^weak holds no secret/],
  ])('because it %s heals when the file does', async (_, secret_file, error) => {
    await writeFile(join(site.home, 'weak'), 'whsec_c2hvcnQ=');
    site.state.webhooks = [webhook('on_call', receiver.url, { secret_file })];
    const notifier = await started();
    await site.report(FIRST, 'high');
    await eventually(() => expect(notifier.status()[0]?.last_error).toMatch(error));
    expect(receiver.received).toHaveLength(0);
    await writeFile(join(site.home, secret_file), SECRET);
    await told(1);
    expect(receiver.received.every((delivery) => isSigned(delivery, SECRET))).toBe(true);
  });

  it('is named without its URL, which may be a secret', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await receiver.stop();
    const notifier = await started();
    await site.report(FIRST, 'high');
    await eventually(() => expect(notifier.status()[0]?.last_error).toMatch(/ECONNREFUSED/));
    expect(JSON.stringify(notifier.status())).not.toMatch(/s3cr3t|127\.0\.0\.1/);
  });
});

describe('several servers', () => {
  it('tell each event once', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await started('one');
    await started('two');
    for (let n = 1; n <= 20; n += 1) {
      await site.report(`INC-20260314-120000-0000${String(n).padStart(4, '0')}`, 'high');
    }
    await told(20);
    await aWhile();
    expect(new Set(receiver.ids()).size).toBe(20);
    expect(receiver.received).toHaveLength(20);
  });

  it('go on for one that stopped, where it was', async () => {
    site.state.webhooks = [webhook('on_call', receiver.url)];
    const one = await started('one');
    await site.report(FIRST, 'high');
    await told(1);
    // One that is stopped before it has written this down tells it once more.
    await eventually(() => expect(one.status()[0]?.reached).toBe(1));
    await one.stop();
    await site.report(SECOND, 'high');
    await started('two');
    await told(2);
    expect(receiver.received.map(({ body }) => body.includes(SECOND))).toEqual([false, true]);
  });
});

describe('a change of policy', () => {
  it('adds a webhook, which is told what happens from then on, and drops one', async () => {
    const notifier = site.start();
    await site.report(FIRST, 'high');
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await eventually(() => expect(notifier.status()).toHaveLength(1));
    await site.report(SECOND, 'high');
    await told(1);
    expect(receiver.received[0]?.body).toContain(SECOND);
    site.state.webhooks = [];
    await eventually(() => expect(notifier.status()).toEqual([]));
    await site.happen(SECOND, 'contained/1', { type: 'contained' });
    await aWhile();
    expect(receiver.received).toHaveLength(1);
  });

  it('moves a webhook that fails', async () => {
    receiver.otherwise = 500;
    const other = await startReceiver();
    site.state.webhooks = [webhook('on_call', receiver.url)];
    await started();
    await site.report(FIRST, 'high');
    await told(1);
    site.state.webhooks = [webhook('on_call', other.url)];
    await eventually(() => expect(other.types()).toEqual(['reported']));
    await other.stop();
  });
});

describe('stopping', () => {
  it('does not wait for a receiver that hangs', async () => {
    receiver.otherwise = 'hang';
    site.state.webhooks = [webhook('on_call', receiver.url)];
    const notifier = await started();
    await site.report(FIRST, 'high');
    await told(1);
    const begun = performance.now();
    await notifier.stop();
    expect(performance.now() - begun).toBeLessThan(1_000);
  });
});
