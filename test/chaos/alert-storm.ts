import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Part, pause, until } from '../support/processes.ts';
import type { Flood } from './falco-flood.ts';
import type { ForwarderPart } from './forwarder-part.ts';
import type { Random } from './random.ts';
import { writeRotating } from './rotating-log.ts';
import type { SeparateParts } from './separate-parts.ts';
import { lockLedger } from './stored.ts';

/** Long enough for some deaths of each while there is something to write. */
const WRITING_MS = 24_000;
/** Each in turn, in an order that is drawn anew every time round: so all of them die, and each this often. */
const ROUNDS = 2;
/** A ledger that is locked for less is only slow. */
const LOCKED_AT_LEAST_MS = 2_500;

/** On a machine that others load, too. */
const WORKS_WITHIN_MS = 60_000;

interface Victim extends Pick<Part, 'name' | 'kill' | 'start'> {
  /** How long it is at least away. */
  awayMs: number;
}

/** Two detectors write and rotate, while something dies every few seconds; resolves with who, when all is there again. */
export async function alertStorm(
  parts: SeparateParts,
  forwarders: readonly [ForwarderPart, ForwarderPart],
  { files }: Flood,
  random: Random,
): Promise<string[]> {
  const rotations = ['dated', 'copied'] as const;
  const writing = forwarders.map(({ file }, i) =>
    writeRotating(file, files[i] ?? [], {
      overMs: WRITING_MS,
      rotation: rotations[i] ?? 'dated',
    }),
  );
  const mortals = [parts.server, parts.engine, thatWorks(parts), ...forwarders];
  const victims = [...mortals.map((part) => ({ ...part, awayMs: 0 })), ledgerOf(parts.home)];
  const [deaths] = await Promise.all([massacre(victims, random), ...writing]);
  return deaths;
}

/** A worker that finds the ledger locked when it starts ends; whoever runs it would start it again. */
function thatWorks({ worker, home }: SeparateParts): Part {
  const says = () => readFileSync(join(home, 'worker.log'), 'utf8').split('"working"').length;
  return {
    ...worker,
    start: async () => {
      const before = says();
      await worker.start();
      await until(() => says() > before, 'the worker works', WORKS_WITHIN_MS);
    },
  };
}

/** The ledger as something that can be lost: another process keeps everybody from writing to it. */
function ledgerOf(home: string): Victim {
  let unlock = () => {};
  return {
    name: 'ledger',
    awayMs: LOCKED_AT_LEAST_MS,
    kill: async () => {
      unlock = lockLedger(home);
    },
    start: async () => unlock(),
  };
}

async function massacre(victims: readonly Victim[], random: Random): Promise<string[]> {
  const deaths: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const victim of shuffled(victims, random)) {
      await pause(300 + random.below(1_200));
      deaths.push(victim.name);
      await victim.kill();
      await pause(victim.awayMs + random.below(800));
      await victim.start();
    }
  }
  return deaths;
}

function shuffled<T>(all: readonly T[], random: Random): T[] {
  return all
    .map((one) => ({ one, at: random.below(2 ** 30) }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ one }) => one);
}
