import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readStatus } from '../../src/forward/status.ts';
import { detectorOf, type Tally } from '../support/detector.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

const LINES = 300;
/** Every so many of them is a shell, all in one container. */
const SHELL_EVERY = 50;

let cordon: Installation;
let folder: string;
let forwarder: ChildProcess | undefined;
beforeAll(async () => {
  cordon = await installation();
  folder = mkdtempSync(join(tmpdir(), 'cordon-fwd-'));
}, STARTING_MS);
afterAll(async () => {
  await killed();
  await cordon.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The forwarder as it is typed, into the installation. */
function forward(): void {
  const args = ['--detector', 'falco', '--file', join(folder, 'events.json')];
  const spool = ['--spool', join(folder, 'spool')];
  const log = openSync(join(folder, 'said.log'), 'a');
  forwarder = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      MAIN,
      'forward',
      '--to',
      cordon.url,
      ...args,
      ...spool,
    ],
    { env: { ...cordon.env, LOG_LEVEL: 'info' }, stdio: ['ignore', log, log] },
  );
  closeSync(log);
}

/** How far it has come, by its spool; null before it has one. */
const status = () => readStatus(join(folder, 'spool')).catch(() => null);

async function killed(): Promise<void> {
  if (forwarder === undefined || forwarder.exitCode !== null) return;
  const gone = once(forwarder, 'exit');
  forwarder.kill('SIGKILL');
  await gone;
}

let written = 0;
function write(count: number): void {
  for (let i = 0; i < count; i += 1) {
    const n = (written += 1);
    const shell = n % SHELL_EVERY === 0;
    const rule = shell ? 'Terminal shell in container' : 'Anything else';
    const event = {
      ...{ rule, priority: shell ? 'Warning' : 'Debug', output: `event ${n}`, hostname: 'node-1' },
      time: `2026-01-02T03:04:05.${String(n).padStart(9, '0')}Z`,
      output_fields: { 'container.id': 'ee97d9c4186f' },
    };
    appendFileSync(join(folder, 'events.json'), `${JSON.stringify(event)}\n`);
  }
}

function rotate(): void {
  const config = join(folder, 'logrotate.conf');
  const how = ['rotate 9', 'create', 'compress', 'delaycompress'];
  const text = `${join(folder, 'events.json')} {\n${how.map((each) => `  ${each}\n`).join('')}}\n`;
  writeFileSync(config, text, { mode: 0o600 });
  const args = ['--force', '--state', join(folder, 'state'), config];
  execFileSync(inject('logrotate'), args, { stdio: 'pipe' });
}

/** Alerts, not how often they came. */
const count = ({ repeat: _repeat, ...tally }: Tally) =>
  Object.values(tally).reduce<number>((sum, each = 0) => sum + each, 0);

it(
  'each line is one alert, through rotations and the death of the forwarder',
  async () => {
    const falco = detectorOf(cordon, 'falco');
    write(60);
    forward();
    await falco.untilTally((tally) => count(tally) > 0);
    write(60);
    rotate();
    write(30);
    await killed();
    write(30);
    rotate();
    write(30);
    rotate();
    forward();
    write(45);
    // Killed when it has delivered some of what it found, and perhaps not been told so.
    await falco.untilTally((tally) => count(tally) > 150);
    await killed();
    write(45);
    forward();

    await falco.untilTally((tally) => count(tally) >= LINES);
    expect(written).toBe(LINES);
    await eventually(status, (now) => now?.waiting === 0);
    const { repeat: _repeat, ...tally } = await falco.tally();
    expect(tally).toEqual({ incident: 1, observation: 5, unmatched: 294 });
    expect(await status()).toMatchObject({ dropped: { records: 0 }, refused: 0 });
    const titles = (await falco.alerts()).map(({ title }) => title);
    expect(titles.filter((title) => title.startsWith('Terminal'))).toHaveLength(6);
  },
  3 * STARTING_MS,
);
