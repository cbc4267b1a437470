import { fileURLToPath } from 'node:url';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { startCapture } from '../src/agent/capture/capture-process.ts';
import { freezeSubject, thawSubject } from '../src/agent/freeze/freeze-subject.ts';
import { COLLECTORS, type Collector } from '../src/domain/host-capture.ts';
import { AGENT, move, ROOT, SCOPE, withCgroups } from './cgroup.ts';
import { median } from './quantile.ts';
import { print, type Row } from './table.ts';
import { startVictim } from './victim.ts';

const PROGRAM = fileURLToPath(new URL('../src/agent/capture/child.ts', import.meta.url));

/** As much as an agent of ours holds. */
const SIZE_MB = 335;
const ROUNDS = 3;
const DEADLINE_MS = 60_000;

const subject = { kind: 'cgroup', path: AGENT } as const;
const recipients = [await identityToRecipient(await generateX25519Identity())];
const withoutMemory = COLLECTORS.filter((collector) => collector !== 'memory');

const rows = await withCgroups(measured);
print(rows, process.argv.includes('--json'));

/** How long an agent stands still; the floor is the same processes started to collect from nothing more than itself. */
async function measured(): Promise<Row[]> {
  const victim = await startVictim(SIZE_MB);
  move(victim.pid, AGENT);
  const taken = { floor: [] as number[], high: [] as number[], critical: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    taken.floor.push(await frozenFor(withoutMemory.map(() => 'processes')));
    taken.high.push(await frozenFor(withoutMemory));
    taken.critical.push(await frozenFor(COLLECTORS));
  }
  const floor = median(taken.floor);
  return [
    { figure: `${SIZE_MB} MB frozen, without its memory: ms`, value: median(taken.high), floor },
    { figure: `${SIZE_MB} MB frozen, with it: ms`, value: median(taken.critical), floor },
  ];
}

async function frozenFor(collectors: readonly Collector[]): Promise<number> {
  const began = performance.now();
  await freezeSubject(subject, SCOPE);
  for (const collector of collectors) await collect(collector);
  await thawSubject(subject, SCOPE);
  return performance.now() - began;
}

async function collect(collector: Collector): Promise<void> {
  const request = { subject, collector, deadline_ms: DEADLINE_MS, recipients };
  const order = { request, subject, container: null, cgroups: [ROOT] };
  const capture = startCapture(PROGRAM, order);
  for await (const _ of capture.bytes);
  const report = await capture.report;
  if (report === null) throw new Error(`${collector} gave no report`);
}
