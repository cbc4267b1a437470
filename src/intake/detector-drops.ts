import type { Alert, Json, JsonObject } from '../domain/alert.ts';
import type { Policy } from '../domain/policy.ts';
import { DETECTOR_FAILURE } from './detector-failure.ts';
import type { Match } from './mapping/match-alert.ts';

/** What a source that is watched for it lost, as it says itself; null where it lost nothing, or is not watched. */
export function dropsOf(
  { reporters: { reporters } }: Pick<Policy, 'reporters'>,
  source: string,
  { facts, title }: Alert,
): Match | null {
  const isWatched = Object.hasOwn(reporters, source) && reporters[source]?.drops === true;
  const lost = lostIn(facts['health']);
  if (!isWatched || lost <= 0) return null;
  return {
    ...{ rule: 'drops', class: DETECTOR_FAILURE, subject: {}, cause: [source], fan_in: false },
    tells: () => ({
      description: `${source} says that it lost ${lost} of what it should have seen: ${title}`,
      evidence: { lost },
    }),
  };
}

/** Every reader says it in the same way; null where the detector does not say how much. */
function lostIn(health: Json | undefined): number {
  const told: JsonObject =
    typeof health === 'object' && !Array.isArray(health) ? (health ?? {}) : {};
  return typeof told['lost'] === 'number' ? told['lost'] : 0;
}
