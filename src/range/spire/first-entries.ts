import type { SpiffeId } from '../../domain/spiffe-id.ts';
import type { SpireEntry } from '../../domain/spire-entry.ts';

const TRUST_DOMAIN = 'practice.cordon';
/** As SPIRE gives it where an entry says nothing. */
export const DEFAULT_TTL_S = 3_600;

/** The agent of the one node there is. */
export const FIRST_AGENT: SpiffeId = {
  trust_domain: TRUST_DOMAIN,
  path: '/spire/agent/join_token/practice-host',
};

/** What is registered before anybody has changed it: one entry for each agent of the practice range. */
export const FIRST_ENTRIES: readonly SpireEntry[] = [
  'agent-1',
  'agent-2',
  'agent-3',
  'agent-4',
  'agent-7',
].map((name) => ({
  id: `practice-${name}`,
  spiffe_id: { trust_domain: TRUST_DOMAIN, path: `/agent/${name}` },
  parent_id: FIRST_AGENT,
  selectors: [{ type: 'docker', value: `label:agent:${name}` }],
  x509_svid_ttl: 0,
  federates_with: [],
  admin: false,
  downstream: false,
  expires_at: 0,
  dns_names: [],
  store_svid: false,
  jwt_svid_ttl: 0,
  hint: '',
}));
