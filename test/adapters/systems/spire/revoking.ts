import { join } from 'node:path';
import { createDenyList } from '../../../../src/adapters/systems/opa/deny-list.ts';
import { createSpireDriver } from '../../../../src/adapters/systems/spire/spire-driver.ts';
import { withSpireServer } from '../../../../src/adapters/systems/spire/spire-server.ts';
import { withSystemSteps } from '../../../../src/adapters/targets/system-steps.ts';
import { createTargets } from '../../../../src/adapters/targets/targets.ts';
import { openLedger } from '../../../../src/adapters/ledger/ledger.ts';
import type { SpireEntry } from '../../../../src/domain/spire-entry.ts';
import type { TargetsPolicy } from '../../../../src/domain/targets.ts';
import { callRange, setRangeFault } from '../../../../src/range/client.ts';
import { FIRST_AGENT, FIRST_ENTRIES } from '../../../../src/range/spire/first-entries.ts';
import type { RangeFaultOrder } from '../../../../src/range/faults.ts';
import { requestFor, shippedTargets, startPractice } from '../../../range/practice.ts';

export const identity = (name: string) => `spiffe://practice.cordon/agent/${name}`;
export const NODE = 'spiffe://practice.cordon/spire/agent/join_token/practice-host';

/** One more entry of the same identity, for workloads of another kind. */
export const entryFor = (uid: number): SpireEntry => ({
  id: '',
  spiffe_id: { trust_domain: 'practice.cordon', path: '/agent/agent-1' },
  parent_id: FIRST_AGENT,
  selectors: [{ type: 'unix', value: `uid:${uid}` }],
  x509_svid_ttl: 0,
  federates_with: [],
  admin: false,
  downstream: false,
  expires_at: 0,
  dns_names: [],
  store_svid: false,
  jwt_svid_ttl: 0,
  hint: '',
});

export const revocation = (of: string, timeoutMs = 10_000) =>
  requestFor('revoke_svid', {
    target: 'spire',
    resource: `revoke_svid@spire#${encodeURIComponent(of)}`,
    subject: { identity: of },
    timeout_ms: timeoutMs,
  });

/** The trust domain of the practice range, and workers that revoke in it, one after another. */
export async function revoking() {
  const practice = await startPractice();
  const { home } = practice;
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const { befores } = ledger;
  const policy = shippedTargets();
  const closing: (() => Promise<void>)[] = [];
  const spire = spireOf(policy);
  const shipped = { ...spire };
  const worker = () => {
    const denyList = createDenyList({ home, now: Date.now });
    const drivers = { spire: createSpireDriver({ home, now: Date.now, denyList, befores }) };
    const http = createTargets({ policy: () => policy, home, now: Date.now });
    closing.push(http.close, denyList.close);
    return withSystemSteps(http, { drivers, policy: () => policy });
  };
  const serverFault = (order: RangeFaultOrder) =>
    callRange(home, 'spire-agent', 'POST', '/range/server-faults', order);
  const attest = () => callRange(home, 'spire-agent', 'POST', '/api/v1/attest', {});
  return {
    ...practice,
    befores,
    /** As the running policy has it, which a test may change. */
    spire,
    /** What another worker would do, knowing what is in the ledger. */
    worker,
    /** The SVID of the workload, or the status that it is refused with. */
    fetchSvid: async (name: string): Promise<string> => {
      const workload = { selectors: [`docker:label:agent:${name}`] };
      const { status, body } = await callRange(
        home,
        'spire-agent',
        'POST',
        '/api/v1/svids',
        workload,
      );
      return status === 200 && Array.isArray(body['svids']) ? body['svids'].join() : `${status}`;
    },
    /** What a workload is answered that calls another one with its SVID. */
    callWith: async (svid: string): Promise<number> => {
      const answer = await callRange(home, 'authorizer', 'POST', '/api/v1/call', { svid });
      return answer.status;
    },
    attest,
    serverFault,
    /** Everything is as when it was started: well, and nobody is revoked. */
    reset: async () => {
      await Promise.all([
        serverFault({ fault: 'none' }),
        setRangeFault(home, 'authorizer', { fault: 'none' }),
      ]);
      Object.assign(spire, shipped);
      for (const of of [identity('agent-1'), NODE]) await worker().release(revocation(of));
      await withSpireServer(spire, home, AbortSignal.timeout(5_000), async (server) => {
        await server.remove((await server.entries()).map(({ id }) => id));
        await server.create(FIRST_ENTRIES);
        await server.forget(FIRST_AGENT);
      });
      await attest();
    },
    stop: async () => {
      await Promise.all(closing.map((close) => close()));
      await ledger.close();
      await practice.stop();
    },
  };
}
export type Revoking = Awaited<ReturnType<typeof revoking>>;

function spireOf({ systems }: TargetsPolicy) {
  const { spire } = systems;
  if (spire?.kind !== 'spire') throw new Error('the shipped policy has no system of kind spire');
  return spire;
}
