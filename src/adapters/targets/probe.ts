import type { ActionRequest } from '../../domain/target.ts';
import type { Probe } from '../../domain/targets.ts';
import type { Endpoint, Response } from './endpoint.ts';
import { compare, parseJson, valueAt } from './expectation.ts';
import { success, type Problem } from './problem.ts';

/** Side by side: enough for a long list within one call's time, few enough for a target that is under attack. */
const AT_ONCE = 8;

export interface ProbedTarget {
  endpoint: Endpoint;
  now: () => number;
}

/** What was refused as it should be, and what was not. */
interface Probed {
  met: string[];
  unmet: string[];
}

/** Asks for the work that has to be refused, for each that the state lists where the policy says so. */
export async function probe(
  target: ProbedTarget,
  way: Probe,
  request: ActionRequest,
  state: unknown,
  signal: AbortSignal,
): Promise<Probed | Problem> {
  const bodies = bodiesOf(way, request, state);
  if ('reason' in bodies) return bodies;
  const result: Probed = { met: [], unmet: [] };
  for (let at = 0; at < bodies.length; at += AT_ONCE) {
    const some = bodies.slice(at, at + AT_ONCE);
    const answers = await Promise.all(
      some.map((body) => probeOnce(target, way, request, body, signal)),
    );
    for (const answer of answers) {
      if ('reason' in answer) return answer;
      result.met.push(...answer.met);
      result.unmet.push(...answer.unmet);
    }
  }
  return { met: summed(result.met), unmet: result.unmet };
}

type Body = Record<string, unknown>;

function bodiesOf(
  { path, body, subject, each }: Probe,
  { target, subject: about }: ActionRequest,
  state: unknown,
): Body[] | Problem {
  const own = Object.entries(subject).map(([member, field]) => [member, about[field]] as const);
  const whole = { ...body, ...Object.fromEntries(own) };
  if (own.some(([, value]) => value === undefined)) {
    const detail = `the report does not say whom ${target}${path} should refuse`;
    return { reason: 'unreadable_state', detail, retryable: false };
  }
  if (each === undefined) return [whole];
  const listed = valueAt(state, each.of);
  if (Array.isArray(listed))
    return listed.map((member: unknown) => ({ ...whole, [each.as]: member }));
  const detail = `${target} does not tell ${each.of}`;
  return { reason: 'unreadable_state', detail, retryable: true };
}

async function probeOnce(
  { endpoint, now }: ProbedTarget,
  { path, status, expect }: Probe,
  request: ActionRequest,
  body: Body,
  signal: AbortSignal,
): Promise<Probed | Problem> {
  const answer = await endpoint.call({ method: 'POST', path, body }, signal);
  const what = `a probe of ${request.target}${path}`;
  if (isAnswer(answer) && answer.status === status) {
    const { met, unmet, absent } = compare(parseJson(answer.bytes), expect, request);
    // What is refused for another reason is served again when that reason has gone.
    const others = [...unmet, ...absent].map(
      (member) => `${what} was refused otherwise: ${member}`,
    );
    return others.length > 0 ? { met: [], unmet: others } : { met, unmet: [] };
  }
  const response = success(answer, what, now());
  return 'reason' in response ? response : { met: [], unmet: [`${what} was served`] };
}

function isAnswer(answer: Awaited<ReturnType<Endpoint['call']>>): answer is Response {
  return 'status' in answer;
}

/** Many are refused alike, and one line tells it. */
function summed(met: string[]): string[] {
  const counts = Map.groupBy(met, (line) => line);
  return [...counts].map(([line, of]) =>
    of.length === 1 ? `probe: ${line}` : `${of.length} probes: ${line}`,
  );
}
