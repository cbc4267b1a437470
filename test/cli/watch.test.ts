import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readEventStream } from '../../src/cli/event-stream.ts';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';
import type { TinyLedger } from './tiny-ledger.ts';

const ID = 'INC-20260314-120000-00000000';
const ALERT = { type: 'alert', message: 'look here' } as const;

describe('cordon watch', () => {
  it('follows what comes from now on, one JSON document a line, until it is interrupted', async () => {
    const { url, ledger } = await tinyCordon();
    await cordon(['report', 'tool_call_burst', 'before', '--url', url]);
    const before = ledger.entries.length;
    const person = new AbortController();
    const watching = cordon(['watch', '--json', '--url', url], {
      interrupted: person.signal,
      onOut: (soFar) => soFar.split('\n').length > 2 && person.abort(),
    });
    await followed(ledger);
    ledger.tell(ID, ALERT);
    ledger.tell(ID, { ...ALERT, message: 'and here' });
    const { code, out } = await watching;
    expect(code).toBe(0);
    const lines = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(lines).toEqual(ledger.entries.slice(before));
  });

  it('shows one incident from its beginning, and ends when it is closed', async () => {
    const { url, ledger } = await tinyCordon();
    await cordon(['report', 'tool_call_burst', 'calls', '--url', url]);
    const watching = cordon(['watch', ID, '--json', '--url', url]);
    await followed(ledger);
    ledger.tell('INC-20260314-120000-ffffffff', ALERT);
    ledger.tell(ID, { type: 'closed', by: 'admin', note: '' });
    const { code, out } = await watching;
    expect(code).toBe(0);
    const seen = out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(seen).toEqual(ledger.entries.filter((entry) => entry.incident_id === ID));
  });

  it('resumes behind the last entry when the connection is lost, without gap or repeat', async () => {
    const server = await tinyCordon();
    const { url, ledger } = server;
    await cordon(['report', 'tool_call_burst', 'calls', '--url', url]);
    const watching = cordon(['watch', ID, '--json', '--url', url]);
    await followed(ledger);
    ledger.tell(ID, ALERT);
    server.dropStreams();
    ledger.tell(ID, { ...ALERT, message: 'while nobody listened' });
    ledger.tell(ID, { type: 'closed', by: 'admin', note: '' });
    const { code, out, err } = await watching;
    expect(code).toBe(0);
    const seqs = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).seq);
    expect(seqs).toEqual(ledger.entries.map((entry) => entry.seq));
    expect(err).toContain('connection lost');
  });

  it('fails at once where there was never anything to follow', async () => {
    const { code } = await cordon(['watch', '--after', '0', '--url', 'http://127.0.0.1:1']);
    expect(code).toBe(4);
  });
});

describe('an event stream', () => {
  it.each([1, 2, 3, 7, 1000])('reads the same in chunks of %i bytes', async (size) => {
    const text =
      ': hello\r\n\r\nid: 1\ndata: {"a":\ndata: "ü"}\n\nevent: x\r\ndata:two\r\n\r\ndata: cut off';
    const bytes = new TextEncoder().encode(text);
    const chunks = ReadableStream.from(
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.slice(i * size, (i + 1) * size),
      ),
    );
    expect(await all(readEventStream(chunks))).toEqual(['{"a":\n"ü"}', 'two']);
  });

  it('refuses an event that would fill the memory', async () => {
    const endless = ReadableStream.from([new Uint8Array(2 * 1024 * 1024).fill(0x61)]);
    await expect(all(readEventStream(endless))).rejects.toThrow('too long');
  });
});

async function all(events: AsyncIterable<string>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) seen.push(event);
  return seen;
}

/** Resolves once somebody follows. */
async function followed(ledger: TinyLedger): Promise<void> {
  while (ledger.followers() === 0) await setImmediate();
}
