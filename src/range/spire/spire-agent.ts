import { z } from 'zod';
import { spiffeIdText } from '../../domain/spiffe-id.ts';
import { rangeFaultSchema, type FaultBox } from '../faults.ts';
import type { RangeHandler, RangeService } from '../service.ts';
import { issueSvid } from '../svid.ts';
import { DEFAULT_TTL_S, FIRST_AGENT } from './first-entries.ts';
import type { Registry } from './registry.ts';

const workloadSchema = z.strictObject({ selectors: z.array(z.string()).min(1) });

export interface SpireAgentParts {
  registry: Registry;
  /** The faults of the server, ordered over the agent's socket: the server's speaks another protocol. */
  faults: FaultBox;
  svidKey: string;
  now: () => number;
}

/** The agent of the node, from which a workload fetches its SVID: one for each entry that its selectors meet. */
export function createSpireAgent(parts: SpireAgentParts): RangeService {
  return {
    name: 'spire-agent',
    scope: [],
    effects: {},
    routes: {
      'POST /api/v1/svids': fetchSvids(parts),
      // The node proves itself once more, as after a ban that was lifted.
      'POST /api/v1/attest': () =>
        parts.registry.attest(FIRST_AGENT)
          ? { status: 200, body: { agent: spiffeIdText(FIRST_AGENT) } }
          : { status: 403, body: { error: 'the agent is banned' } },
      'POST /range/server-faults': ({ body }) => {
        const parsed = rangeFaultSchema.safeParse(body);
        if (!parsed.success) return { status: 400, body: { error: 'no such fault' } };
        parts.faults.set(parsed.data);
        return { status: 200, body: { ...parsed.data } };
      },
    },
    refusal: 403,
  };
}

function fetchSvids({ registry, svidKey, now }: SpireAgentParts): RangeHandler {
  return ({ body }) => {
    const workload = workloadSchema.safeParse(body);
    if (!workload.success) return { status: 400, body: { error: 'a workload has selectors' } };
    if (registry.agent(FIRST_AGENT)?.banned !== false) {
      return { status: 403, body: { error: 'the agent is not attested' } };
    }
    const { selectors } = workload.data;
    const svids = registry
      .entries()
      .filter((entry) => spiffeIdText(entry.parent_id) === spiffeIdText(FIRST_AGENT))
      .filter((entry) =>
        entry.selectors.every(({ type, value }) => selectors.includes(`${type}:${value}`)),
      )
      .map(({ spiffe_id, jwt_svid_ttl }) => {
        const exp = Math.floor(now() / 1000) + (jwt_svid_ttl || DEFAULT_TTL_S);
        return issueSvid(svidKey, { sub: spiffeIdText(spiffe_id), exp });
      });
    return svids.length > 0
      ? { status: 200, body: { svids } }
      : { status: 403, body: { error: 'no identity is issued' } };
  };
}
