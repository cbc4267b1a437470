import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  openSync,
  readdirSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { startForwarder } from '../../src/forward/forwarder.ts';
import { readStatus } from '../../src/forward/status.ts';
import { eventually } from '../support/eventually.ts';
import { pause } from '../support/processes.ts';
import { fakeCordon, type FakeCordon } from './fake-cordon.ts';
import { listening, scratch } from './scratch.ts';

const ROUNDS = 6;
/** In these nobody forwards. */
const AWAY = [3, 4];

describe.each([
  ['create', ['create']],
  ['compress with delaycompress', ['create', 'compress', 'delaycompress']],
  ['compress at once', ['create', 'compress']],
  ['copytruncate', ['copytruncate']],
  ['copytruncate with compress and delaycompress', ['copytruncate', 'compress', 'delaycompress']],
  ['copytruncate with compress', ['copytruncate', 'compress']],
  ['an extension that stays', ['create', 'extension .log', 'compress', 'delaycompress']],
])('a file that logrotate rotates by %s', (_how, directives) => {
  it('is forwarded line by line, none lost and all in order, also while nobody forwards', async () => {
    // On a file system that gives the numbers of removed files to new ones, as most do.
    const folder = scratch(tmpdir());
    const file = join(folder, 'a.log');
    const writer = createWriter(file, directives.includes('copytruncate'));
    const rotate = rotating(folder, file, directives);
    const cordon = await fakeCordon();
    let stop = await forwarding(folder, file, cordon);
    for (let round = 1; round <= ROUNDS; round += 1) {
      if (round === AWAY[0]) await stop();
      if (round === (AWAY.at(-1) ?? 0) + 1) stop = await forwarding(folder, file, cordon);
      writer.write(20);
      // Sometimes all was read when it is rotated, sometimes nothing.
      await pause(round % 2 === 0 ? 400 : 0);
      rotate();
      writer.write(5);
      await pause(100);
    }
    await eventually(
      () => new Set(cordon.taken()).size,
      (count) => count === writer.lines().length,
    );
    expect([...new Set(cordon.taken())]).toEqual(writer.lines());
    expect(await readStatus(join(folder, 'spool'))).toMatchObject({
      dropped: { records: 0 },
      refused: 0,
    });
    expect(readdirSync(folder).filter((name) => name.startsWith('a.')).length).toBe(ROUNDS + 1);
  });
});

/** One that keeps its file open, as it must where that is truncated, or opens it for every line. */
function createWriter(file: string, keepsOpen: boolean) {
  const lines: string[] = [];
  const fd = openSync(file, 'a');
  onTestFinished(() => closeSync(fd));
  return {
    lines: () => lines,
    write: (count: number) => {
      for (let i = 0; i < count; i += 1) {
        const line = `{"time":"2026-11-26T06:00:00Z","n":${lines.length + 1}}`;
        lines.push(line);
        if (keepsOpen) writeSync(fd, `${line}\n`);
        else appendFileSync(file, `${line}\n`);
      }
    },
  };
}

function rotating(folder: string, file: string, directives: readonly string[]): () => void {
  const config = join(folder, 'logrotate.conf');
  const lines = ['rotate 20', 'missingok', ...directives].map((each) => `  ${each}\n`).join('');
  writeFileSync(config, `${file} {\n${lines}}\n`, { mode: 0o600 });
  const args = ['--force', '--state', join(folder, 'state'), config];
  return () => void execFileSync(inject('logrotate'), args, { stdio: 'pipe' });
}

async function forwarding(folder: string, file: string, cordon: FakeCordon) {
  const forwarder = await startForwarder({
    ...{ spool: join(folder, 'spool'), limit: 2 ** 30, gzip: false, log: listening() },
    ...{ files: [file], stdin: null, socket: null },
    posting: {
      ...{ url: cordon.url, format: 'falco', name: 'f', tokenFile: '', fetch },
      now: () => Date.now(),
    },
  });
  // What is rotated before it has looked for the first time is not its own.
  await eventually(
    () => readStatus(join(folder, 'spool')),
    ({ sources }) => sources.length > 0,
  );
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= forwarder.stop());
  onTestFinished(stop);
  return stop;
}
