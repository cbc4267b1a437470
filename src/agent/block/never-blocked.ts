import { BlockList, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Fault } from '../../domain/fault.ts';

/** Loopback, and what stands for no address at all. */
const NEVER = ['127.0.0.0/8', '0.0.0.0/8', '::1/128', '::/128'];

/**
 * Fault `source_is_ours`, not retryable, for a source that shares an address with what must never be cut off: the
 * host's own, its caller's, and what the caller names. `caller`: as the socket has it; undefined over a local one.
 */
export function assertMayBeBlocked(
  source: string,
  never: readonly string[],
  caller: string | undefined,
): void {
  const ours = [...NEVER, ...never, ...ownAddresses(), ...(caller === undefined ? [] : [caller])];
  const met = ours.map(asNetwork).find((network) => overlap(network, asNetwork(source)));
  if (met === undefined) return;
  const message = `${source} is never blocked: it shares addresses with ${met.address}/${met.prefix}`;
  throw new Fault('source_is_ours', message, { retryable: false });
}

function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .map((each) => each.address);
}

interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

/** An address of IPv4 that a socket of both families gives is `::ffff:` and the address; a link is named behind a `%`. */
function asNetwork(text: string): Network {
  const [written = '', prefix] = text.replace(/^::ffff:(?=[\d.]+$)/i, '').split('/');
  const address = written.replace(/%.*$/, '');
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  return { address, family, prefix: Number(prefix ?? (family === 'ipv6' ? 128 : 32)) };
}

/** Of two networks that share an address, one holds the other. */
function overlap(one: Network, other: Network): boolean {
  return one.family === other.family && (holds(one, other) || holds(other, one));
}

function holds({ address, prefix, family }: Network, other: Network): boolean {
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return list.check(other.address, family);
}
