import type { Fault } from '../domain/fault.ts';
import { built } from './built.ts';
import { cachedTemporal } from './cache.ts';
import { cached } from './cached.ts';
import { downloaded } from './downloaded.ts';
import { engineFault } from './engine-fault.ts';
import { withLock } from './lock.ts';
import { onPath } from './on-path.ts';
import type { FoundTemporal, Search, Way } from './way.ts';

interface NamedWay {
  name: string;
  way: Way;
}

const AT_HAND: readonly NamedWay[] = [
  { name: 'the CLI of this machine', way: onPath },
  { name: 'the cache', way: cached },
];

const TO_OBTAIN: readonly NamedWay[] = [
  { name: 'the official download', way: downloaded },
  { name: 'a build with Go', way: built },
];

/**
 * Finds a Temporal CLI that can serve as the engine: the machine's own, ours from the cache, the official download,
 * a build from source. Every fallback is said. Throws Fault `temporal_not_found` with the line that would help,
 * and `temporal_cli_unusable` if `TEMPORAL_CLI` names something else than a supported CLI.
 */
export async function findTemporal(search: Search): Promise<FoundTemporal> {
  const reasons: string[] = [];
  const found = (await firstOf(AT_HAND, search, reasons)) ?? (await obtain(search, reasons));
  if (found === null) throw notFound(reasons);
  return found;
}

/** Downloads or builds, unless another start has just done so. */
async function obtain(search: Search, reasons: string[]): Promise<FoundTemporal | null> {
  const waiting = () =>
    search.say('another start is fetching or building Temporal; waiting for it');
  return withLock(`${cachedTemporal(search.env)}.lock`, waiting, async () => {
    const meanwhile = await cached(search);
    if ('command' in meanwhile) return meanwhile;
    return firstOf(TO_OBTAIN, search, reasons);
  });
}

async function firstOf(
  ways: readonly NamedWay[],
  search: Search,
  reasons: string[],
): Promise<FoundTemporal | null> {
  for (const { name, way } of ways) {
    const last = reasons.at(-1);
    if (last !== undefined) search.say(`${last}: trying ${name}`);
    const attempt = await way(search);
    if ('command' in attempt) return attempt;
    reasons.push(attempt.missing);
  }
  return null;
}

function notFound(reasons: readonly string[]): Fault {
  const remedy =
    process.platform === 'darwin'
      ? 'brew install temporal'
      : 'curl -sSf https://temporal.download/cli.sh | sh';
  return engineFault(
    'temporal_not_found',
    `no Temporal server can be had here (${reasons.join('; ')}). ` +
      `Install the CLI with \`${remedy}\` or put Go 1.26 on PATH, then start again.`,
  );
}
