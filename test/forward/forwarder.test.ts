import { appendFileSync, existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type Forwarder,
  type ForwarderOptions,
  startForwarder,
} from '../../src/forward/forwarder.ts';
import { readStatus } from '../../src/forward/status.ts';
import { eventually } from '../support/eventually.ts';
import { pause } from '../support/processes.ts';
import { fakeCordon } from './fake-cordon.ts';
import { listening, scratch } from './scratch.ts';

interface Started extends Forwarder {
  said: string[];
}

async function started(
  folder: string,
  url: string,
  options: Partial<ForwarderOptions> = {},
): Promise<Started> {
  const log = listening();
  const forwarder = await startForwarder({
    spool: join(folder, 'spool'),
    limit: 2 ** 30,
    posting: { url, format: 'falco', name: 'f', tokenFile: '', fetch, now: () => Date.now() },
    ...{ gzip: false, files: [], stdin: null, socket: null, log },
    ...options,
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= forwarder.stop());
  onTestFinished(stop);
  return { ended: forwarder.ended, stop, said: log.said };
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `{"n":${from + i}}`);
const down = () => ({ status: 503 });

/** What a socket answers to a request. */
function asked(socketPath: string, method: string, body = '', headers = {}) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>(
    (resolve, reject) => {
      const call = request({ socketPath, path: '/any', method, headers }, (response) => {
        const { statusCode: status = 0, headers: given } = response;
        text(response).then((said) => resolve({ status, headers: given, body: said }), reject);
      });
      call.on('error', reject).end(body);
    },
  );
}

describe('a forwarder of files', () => {
  it('delivers what is written, in order, through a rotation, and reads on where it had stopped', async () => {
    const folder = scratch();
    const [file, other] = [join(folder, 'a.log'), join(folder, 'b.log')];
    writeFileSync(file, `${numbered(1, 3).join('\n')}\n`);
    writeFileSync(other, '{"other":1}\n');
    const cordon = await fakeCordon();
    const first = await started(folder, cordon.url, { files: [file, other] });
    await eventually(
      () => cordon.taken().length,
      (count) => count === 4,
    );
    await first.stop();
    appendFileSync(file, '{"n":4}\n');
    renameSync(file, `${file}.1`);
    writeFileSync(file, '{"n":5}\n');
    const second = await started(folder, cordon.url, { files: [file, other] });
    await eventually(
      () => cordon.taken().length,
      (count) => count === 6,
    );
    await second.stop();
    const of = (name: string) => cordon.taken().filter((line) => line.includes(name));
    expect(of('"n"')).toEqual(numbered(1, 5));
    expect(of('other')).toEqual(['{"other":1}']);
  });

  it('does not read on while the spool is full, and loses nothing', async () => {
    const folder = scratch();
    const file = join(folder, 'a.log');
    const all = numbered(1, 40_000);
    writeFileSync(file, `${all.join('\n')}\n`);
    let isUp = false;
    const cordon = await fakeCordon(() => ({ status: isUp ? 200 : 401 }));
    const { said, stop } = await started(folder, cordon.url, { files: [file], limit: 100_000 });
    await eventually(
      () => said,
      (each) => each.includes('the spool is full: the file waits'),
    );
    const status = await readStatus(join(folder, 'spool'));
    expect(status.waiting).toBeLessThan(all.length);
    expect(status.bytes).toBeLessThan(100_000 + 2 * 256 * 1024);
    await stop();
    isUp = true;
    await started(folder, cordon.url, { files: [file], limit: 100_000 });
    await eventually(
      () => cordon.taken().length,
      (count) => count === all.length,
    );
    expect(cordon.taken()).toEqual(all);
  });

  it('says what it has lost when files are removed that it could not read', async () => {
    const folder = scratch();
    const file = join(folder, 'a.log');
    writeFileSync(file, `${'x'.repeat(5_000)}\n`);
    const cordon = await fakeCordon(down);
    const spool = join(folder, 'spool');
    const { said } = await started(folder, cordon.url, { files: [file], limit: 4_000 });
    await eventually(
      () => said,
      (each) => each.includes('the spool is full: the file waits'),
    );
    for (let i = 0; i < 9 && !said.includes('lines are lost'); i += 1) {
      rmSync(file);
      writeFileSync(file, `{"lost":${i}}\n`);
      // Longer than the forwarder looks away.
      await pause(300);
    }
    expect(said).toContain('lines are lost');
    const { dropped } = await readStatus(spool);
    expect(dropped).toEqual({ records: 1, lines: 1, bytes: 11 });
  });
});

describe('a forwarder of standard input', () => {
  it('delivers its lines, the last one too, and then has ended', async () => {
    const folder = scratch();
    const cordon = await fakeCordon();
    const stdin = new PassThrough();
    const { ended, stop } = await started(folder, cordon.url, { stdin });
    stdin.write('{"n":1}\n{"n"');
    stdin.end(':2}');
    await ended;
    expect(cordon.taken()).toEqual(numbered(1, 2));
    await stop();
  });

  it('reads no further while the spool is full', async () => {
    const folder = scratch();
    let isUp = false;
    const cordon = await fakeCordon(() => (isUp ? { status: 200 } : { status: 503 }));
    const stdin = new PassThrough({ highWaterMark: 1_000 });
    const { said, ended } = await started(folder, cordon.url, { stdin, limit: 2_000 });
    const all = numbered(1, 600);
    let written = 0;
    const writing = (async () => {
      for (const line of all) {
        if (!stdin.write(`${line}\n`)) await new Promise((resolve) => stdin.once('drain', resolve));
        written += 1;
      }
      stdin.end();
    })();
    await eventually(
      () => said,
      (each) => each.includes('the spool is full: the source waits'),
    );
    expect(written).toBeLessThan(all.length);
    isUp = true;
    await Promise.all([writing, ended]);
    expect(cordon.taken()).toEqual(all);
  });

  it('keeps what it has read when it is told to stop', async () => {
    const folder = scratch();
    const stdin = new PassThrough();
    const first = await started(folder, (await fakeCordon(down)).url, { stdin });
    stdin.write('{"n":1}\n{"n":2}\n');
    await first.stop();
    const cordon = await fakeCordon();
    const ending = new PassThrough();
    ending.end();
    const second = await started(folder, cordon.url, { stdin: ending });
    await second.ended;
    expect(cordon.taken()).toEqual(numbered(1, 2));
  });
});

describe('a forwarder on a socket', () => {
  it('answers 202 when the body is on the disk, and sends it as it came', async () => {
    const folder = scratch();
    const socket = join(folder, 's');
    const first = await started(folder, (await fakeCordon(down)).url, { socket });
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    const body = '{"alerts":[\n1]}';
    const headers = { 'content-type': 'application/json' };
    const answer = await asked(socket, 'POST', body, headers);
    expect(answer).toMatchObject({ status: 202, body: '{"spooled":1}\n' });
    expect(await readStatus(join(folder, 'spool'))).toMatchObject({ waiting: 1 });
    await first.stop();
    expect(existsSync(socket)).toBe(false);
    const cordon = await fakeCordon();
    await started(folder, cordon.url, { socket });
    await eventually(
      () => cordon.sent.length,
      (count) => count === 1,
    );
    expect(cordon.sent[0]?.body.toString()).toBe(body);
    expect(cordon.sent[0]?.headers['content-type']).toBe('application/json');
  });

  it('answers 503 and when to come again while the spool is full', async () => {
    const folder = scratch();
    const socket = join(folder, 's');
    await started(folder, (await fakeCordon(down)).url, { socket, limit: 1_000 });
    expect((await asked(socket, 'POST', 'x'.repeat(2_000))).status).toBe(202);
    const refused = await asked(socket, 'POST', 'more');
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '5' } });
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'spool_full' });
  });

  it.each([
    ['what is no POST', 'GET', '', 405],
    ['an empty body', 'POST', '', 400],
    ['a body that is larger than any alert', 'POST', 'x'.repeat(1_048_577), 413],
  ])('refuses %s', async (_what, method, body, status) => {
    const folder = scratch();
    const socket = join(folder, 's');
    await started(folder, (await fakeCordon()).url, { socket });
    expect((await asked(socket, method, body)).status).toBe(status);
    expect(await readStatus(join(folder, 'spool'))).toMatchObject({ waiting: 0, delivered: 0 });
  });

  it('cannot have a path that the system would cut', async () => {
    const folder = scratch();
    const socket = join(folder, 's'.repeat(100));
    await expect(started(folder, 'http://127.0.0.1:1', { socket })).rejects.toMatchObject({
      code: 'socket_path_too_long',
    });
  });
});

describe('the spool of a forwarder', () => {
  it('is its own for as long as it lives', async () => {
    const folder = scratch();
    const first = await started(folder, 'http://127.0.0.1:1');
    const second = started(folder, 'http://127.0.0.1:1');
    await expect(second).rejects.toMatchObject({ code: 'spool_in_use' });
    await first.stop();
    await (await started(folder, 'http://127.0.0.1:1')).stop();
  });

  it.each([
    ['whose process is gone', { pid: 2 ** 22 + 1, life: '' }],
    ['whose number another process has now', { pid: process.pid, life: 'an earlier boot' }],
    ['that is none', 'torn'],
  ])('is taken over from a lock %s', async (_what, holder) => {
    const folder = scratch();
    await (await started(folder, 'http://127.0.0.1:1')).stop();
    writeFileSync(join(folder, 'spool', 'lock'), JSON.stringify(holder));
    await (await started(folder, 'http://127.0.0.1:1')).stop();
    expect(existsSync(join(folder, 'spool', 'lock'))).toBe(false);
  });

  it('shows how far it is, while it is worked on', async () => {
    const folder = scratch();
    const file = join(folder, 'a.log');
    writeFileSync(file, `${numbered(1, 3).join('\n')}\n`);
    const before = Date.now();
    const { stop } = await started(folder, (await fakeCordon(down)).url, { files: [file] });
    const spool = join(folder, 'spool');
    const status = await eventually(
      () => readStatus(spool),
      ({ last_error: error }) => error !== '',
    );
    expect(status).toMatchObject({
      ...{ spool, pid: process.pid, waiting: 3, delivered: 0, refused: 0, delivered_at: 0 },
      dropped: { records: 0, lines: 0, bytes: 0 },
      last_error: 'answered 503',
      sources: [{ source: `file:${file}`, offset: statSync(file).size }],
    });
    expect(status.oldest_at).toBeGreaterThanOrEqual(before);
    expect(status.failing_since).toBeGreaterThanOrEqual(before);
    await stop();
    expect(await readStatus(spool)).toMatchObject({ pid: null, waiting: 3 });
  });

  it('that is none is said to be none', async () => {
    const attempt = readStatus(join(scratch(), 'nowhere'));
    await expect(attempt).rejects.toMatchObject({ code: 'no_spool' });
  });
});
