import { type Part, pause } from '../support/processes.ts';
import { CLASSES, insist, type Sighting } from './detector.ts';
import { recover } from './person.ts';
import type { Random } from './random.ts';
import type { SeparateParts } from './separate-parts.ts';

const DETECTORS = 6;
const PAUSE_OF_DETECTOR_MS = 400;
const PEOPLE = 4;

/** Every third is taken through its ceremony; the others stay contained. */
const RECOVERED_OF = 3;
/** A detector that did not hear the answer says it again: of every tenth, also long after. */
const REPEATED_OF = 10;

/** Enough that each of the three dies several times; a worker needs seconds to be back. */
const DEATHS = 12;
const HOSTS = 5;
const AGENTS = 8;
const MODELS = 6;

export interface Storm {
  /** The ids that each key was answered with. */
  answered: Map<string, Set<string>>;
  /** Who died, in order. */
  deaths: string[];
}

/** Detectors report and people recover, while something dies every few seconds. */
export async function storm(parts: SeparateParts, count: number, random: Random): Promise<Storm> {
  const seen = Array.from({ length: count }, (_, number) => sighting(random, number));
  const passed: Storm = { answered: new Map(), deaths: [] };
  const place = { home: parts.home, url: parts.server.url };
  const toRecover: string[] = [];

  const reports = [...seen.keys(), ...[...seen.keys()].filter((n) => n % REPEATED_OF === 0)];
  const reporting = side(DETECTORS, reports, async (number) => {
    const { key, ...rest } = seen[number] ?? sighting(random, number);
    const ids = passed.answered.get(key) ?? new Set();
    const first = !passed.answered.has(key);
    passed.answered.set(key, ids);
    const id = await insist(place, { key, ...rest });
    ids.add(id);
    if (first && number % RECOVERED_OF === 0) toRecover.push(id);
    await pause(PAUSE_OF_DETECTOR_MS);
  });
  const recovering = reporting.then(() => side(PEOPLE, toRecover, (id) => recover(place, id)));
  await Promise.all([recovering, massacre(parts, random, passed.deaths)]);
  return passed;
}

async function massacre(parts: SeparateParts, random: Random, deaths: string[]): Promise<void> {
  const victims: Part[] = [parts.worker, parts.server, parts.engine];
  while (deaths.length < DEATHS) {
    await pause(800 + random.below(2_500));
    const victim = random.pick(victims);
    deaths.push(victim.name);
    await victim.kill();
    await pause(random.below(1_500));
    await victim.start();
  }
}

function sighting(random: Random, number: number): Sighting {
  const host = `host-${random.below(HOSTS)}`;
  const agent = `agent-${random.below(AGENTS)}`;
  const model = `model-${random.below(MODELS)}`;
  return { key: `storm-${number}`, class: random.pick(CLASSES), subject: { host, agent, model } };
}

/** Does the work with so many hands, each taking the next. */
async function side<T>(
  hands: number,
  work: Iterable<T>,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...work];
  await Promise.all(
    Array.from({ length: hands }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await each(next);
    }),
  );
}
