import { isIPv6 } from 'node:net';
import type { ContainRequest } from '../../domain/host-containment.ts';
import { emptied, equals, prefix, PRIORITY } from './table-rules.ts';

/** nf_proto of both families, as an element of a set. */
const FAMILIES = ['ipv4', 'ipv6'] as const;

const HOOKS = {
  input: { interfaces: ['iifname'], addresses: ['saddr'] },
  output: { interfaces: ['oifname'], addresses: ['daddr'] },
  // Of a subject that routes for others, nothing is local.
  forward: { interfaces: [], addresses: ['saddr', 'daddr'] },
} as const;

type Terms = Pick<ContainRequest, 'allow' | 'timeout_s'>;

/**
 * What replaces the table at once, or makes it (libnftables-json(5)): everything is dropped that neither stays on the
 * loopback nor goes to or comes from an allowed network. With a timeout, only as long as the lease has its elements.
 */
export function isolationRules(table: string, terms: Terms): object {
  return {
    nftables: [
      ...emptied(table),
      ...setsOf(table, terms),
      ...Object.entries(HOOKS).flatMap(([hook, how]) => chainOf(table, hook, how, terms)),
    ],
  };
}

function setsOf(table: string, { allow, timeout_s }: Terms): object[] {
  const allowed = FAMILIES.map((family) => ({
    ...{ family: 'inet', table, name: `allowed_${family}`, type: `${family}_addr` },
    ...{ flags: ['interval'], 'auto-merge': true },
    ...elements(allow.filter((cidr) => familyOf(cidr) === family).map(prefix)),
  }));
  const lease = {
    ...{ family: 'inet', table, name: 'lease', type: 'nf_proto', flags: ['timeout'] },
    ...elements(FAMILIES.map((val) => ({ elem: { val, timeout: timeout_s } }))),
  };
  return [...allowed, ...(timeout_s === undefined ? [] : [lease])].map((set) => ({ add: { set } }));
}

/** A set without elements has no such member. */
function elements(elem: object[]) {
  return elem.length === 0 ? {} : { elem };
}

function familyOf(cidr: string): (typeof FAMILIES)[number] {
  return isIPv6(cidr.split('/')[0] ?? '') ? 'ipv6' : 'ipv4';
}

function chainOf(
  table: string,
  hook: string,
  { interfaces, addresses }: (typeof HOOKS)[keyof typeof HOOKS],
  { timeout_s }: Terms,
): object[] {
  const at = { family: 'inet', table };
  const rules = [
    ...interfaces.map((key) => [equals({ meta: { key } }, 'lo'), { accept: null }]),
    ...addresses.flatMap((field) => [
      [equals({ payload: { protocol: 'ip', field } }, '@allowed_ipv4'), { accept: null }],
      [equals({ payload: { protocol: 'ip6', field } }, '@allowed_ipv6'), { accept: null }],
    ]),
    [
      ...(timeout_s === undefined ? [] : [equals({ meta: { key: 'nfproto' } }, '@lease')]),
      { counter: null },
      { drop: null },
    ],
  ];
  const chain = { ...at, name: hook, type: 'filter', hook, prio: PRIORITY, policy: 'accept' };
  return [
    { add: { chain } },
    ...rules.map((expr) => ({ add: { rule: { ...at, chain: hook, expr } } })),
  ];
}
