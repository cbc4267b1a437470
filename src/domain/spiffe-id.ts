/** A SPIFFE ID in its two parts. `path` begins with a slash, or is '' where the ID is the trust domain's own. */
export interface SpiffeId {
  trust_domain: string;
  path: string;
}

/** The SPIFFE ID specification, §2.3. */
const LONGEST_ID_BYTES = 2048;
const ID = /^spiffe:\/\/([a-z0-9._-]{1,255})((?:\/[A-Za-z0-9._-]+)*)$/;

/** Below it SPIRE names the agents of nodes; what runs on them is named by others. */
const NODE_AGENTS = '/spire/agent/';

/** Null for what is no SPIFFE ID. */
export function spiffeIdOf(text: string | undefined): SpiffeId | null {
  const [, trustDomain, path] = ID.exec(text ?? '') ?? [];
  if (text === undefined || trustDomain === undefined || path === undefined) return null;
  if (text.length > LONGEST_ID_BYTES) return null;
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return null;
  return { trust_domain: trustDomain, path };
}

export function spiffeIdText({ trust_domain, path }: SpiffeId): string {
  return `spiffe://${trust_domain}${path}`;
}

/** Whether it is that of a node's agent, on which every workload of the node depends. */
export function isNodeAgent({ path }: SpiffeId): boolean {
  return path.startsWith(NODE_AGENTS);
}
