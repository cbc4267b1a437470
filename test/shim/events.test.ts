import { once } from 'node:events';
import { connect } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerEntrySchema, type LedgerEntry } from '../../src/domain/ledger-entry.ts';
import { follow } from '../../src/shim/follow.ts';
import { createTail } from '../../src/shim/tail.ts';
import { boot, failure, TOOL_CALL_BURST, type Booted } from './boot.ts';

let shim: Booted;
beforeAll(async () => void (shim = await boot()), 60_000);
afterAll(() => shim.stop());

const head = async () => (await shim.ledger.register.head())?.seq ?? 0;

describe('the events', () => {
  it('come live, each with its sequence, type and entry', async () => {
    const before = await head();
    const stream = await listen();
    const { id } = await shim.report(TOOL_CALL_BURST);
    await shim.course.contain(id);
    const events = await stream.take(3);
    stream.end();
    expect(events.map(({ event }) => event)).toEqual(['reported', 'action', 'contained']);
    expect(events.map((e) => Number(e.id))).toEqual([before + 1, before + 2, before + 3]);
    for (const { data } of events) expect(ledgerEntrySchema.parse(data).incident_id).toBe(id);
  });

  it('go on where a caller left off, without a gap or a repeat', async () => {
    const from = await head();
    for (let n = 0; n < 30; n += 1) await shim.report(TOOL_CALL_BURST);
    const first = await listen({ 'Last-Event-ID': String(from) });
    const seen = (await first.take(10)).map((e) => Number(e.id));
    first.end();
    const second = await listen({ 'Last-Event-ID': String(seen.at(-1)) });
    await shim.report(TOOL_CALL_BURST);
    seen.push(...(await second.take(21)).map((e) => Number(e.id)));
    second.end();
    expect(seen).toEqual(Array.from({ length: 31 }, (_, n) => from + 1 + n));
  });

  it('can be had from the beginning', async () => {
    const stream = await listen({}, '?after=0');
    const events = await stream.take(await head());
    stream.end();
    expect(events.map((e) => Number(e.id))).toEqual(events.map((_, n) => n + 1));
  });

  it('refuse a place that is none', async () => {
    const place = await shim.ask('/api/v1/events', { headers: { 'Last-Event-ID': 'yesterday' } });
    expect(await failure(place)).toEqual([400, 'invalid_query']);
    expect(await failure(await shim.ask('/api/v1/events?after=-1'))).toEqual([
      400,
      'invalid_query',
    ]);
  });

  it('have so many followers and no more, until one leaves', async () => {
    const streams = await Promise.all(Array.from({ length: 100 }, () => listen()));
    const one = await shim.ask('/api/v1/events');
    expect(await failure(one)).toEqual([503, 'too_many_followers']);
    streams.forEach((stream) => stream.end());
    await expect.poll(async () => (await listen()).status, { timeout: 4_000 }).toBe(200);
  });

  it('end for a principal that is revoked, with the entry that says so', async () => {
    const closed = await boot({ config: { openReads: false, allowedHosts: ['127.0.0.1'] } });
    const { token } = await closed.principals.add(
      { name: 'mallory', kind: 'person', roles: ['read'], source: '', classes: [] },
      'test',
    );
    const response = await closed.ask('/api/v1/events', { token });
    await closed.principals.revoke('mallory', 'ada');
    expect(await response.text()).toMatch(/event: principal_revoked\ndata: .*\n\n$/);
    expect((await closed.ask('/api/v1/events', { token })).status).toBe(401);
    await closed.stop();
  });

  it('end when the server stops', async () => {
    const other = await boot();
    const response = await other.ask('/api/v1/events');
    await other.stop();
    const rest = await response.text().catch(() => 'ended');
    expect(rest).toMatch(/^(retry: 1000\n\n|ended)/);
  });
});

describe('the tail', () => {
  it('announces an entry that came between a follower’s look and its own beginning', async () => {
    const entries: LedgerEntry[] = [];
    const asked = Promise.withResolvers<void>();
    const register = {
      entriesAfter: async (seq: number) => entries.filter((e) => e.seq > seq),
      // The entry lands while the tail is still asking where the ledger ends.
      head: async () => {
        await asked.promise;
        entries.push(entry(1));
        return { seq: 1, hash: '' };
      },
    };
    const tail = createTail(register, { warn: () => {} });
    const rung = Promise.withResolvers<void>();
    tail.onMore(rung.resolve);
    expect(await tail.after(0)).toEqual([]);
    asked.resolve();
    await rung.promise;
    expect(await tail.after(0)).toHaveLength(1);
    tail.stop();
  });

  it('lets go of a follower that takes nothing', async () => {
    const big = Array.from({ length: 200 }, (_, n) => ({
      ...entry(n + 1),
      body: { a: 'x'.repeat(65_536) },
    }));
    const tail = createTail(
      { entriesAfter: async (seq) => big.filter((e) => e.seq > seq), head: async () => null },
      { warn: () => {} },
    );
    const over = Promise.withResolvers<void>();
    const server = express()
      .get('/', (_request, response) => follow(tail, 0, response, 50).then(over.resolve))
      .listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const socket = connect(port ?? 0, '127.0.0.1').pause();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await expect(over.promise).resolves.toBeUndefined();
    tail.stop();
    socket.destroy();
    server.close();
  });
});

function entry(seq: number): LedgerEntry {
  const zeros = '0'.repeat(64);
  const rest = { incident_id: '', key: `k-${seq}`, actor: 'test', type: 'note', body: {} };
  return { seq, ...rest, at: '2026-03-14T12:00:00.000Z', prev_hash: zeros, hash: zeros };
}

interface Event {
  id: string;
  event: string;
  data: unknown;
}

async function listen(headers: Record<string, string> = {}, query = '') {
  const response = await shim.ask(`/api/v1/events${query}`, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const take = async (count: number): Promise<Event[]> => {
    for (;;) {
      const events = text
        .split('\n\n')
        .slice(0, -1)
        .filter((block) => block.startsWith('id: '));
      if (events.length >= count) return events.slice(0, count).map(eventOf);
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) throw new Error(`the stream ended after ${events.length} of ${count} events`);
      text += value;
    }
  };
  return { status: response.status, take, end: () => void reader?.cancel() };
}

function eventOf(block: string): Event {
  const [id = '', event = '', data = ''] = block
    .split('\n')
    .map((line) => line.replace(/^\w+: /, ''));
  return { id, event, data: JSON.parse(data) };
}
