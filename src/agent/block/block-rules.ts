import { isIPv6 } from 'node:net';
import { emptied, equals, prefix, PRIORITY } from '../contain/table-rules.ts';

/** What comes from the source is seen before it is routed, what goes to it when it leaves. */
export const BLOCK_HOOKS = { prerouting: 'saddr', postrouting: 'daddr' } as const;

/** The one element of it is the source, as long as the kernel keeps it. */
export const SOURCE_SET = 'source';

/** What makes the table of a source, or replaces it at once: an element that is added again may keep its old timeout. */
export function blockRules(table: string, source: string, timeout_s: number): object {
  const at = { family: 'inet', table };
  const isOfIPv6 = isIPv6(source.split('/')[0] ?? '');
  const set = {
    ...{ ...at, name: SOURCE_SET, type: isOfIPv6 ? 'ipv6_addr' : 'ipv4_addr' },
    ...{ flags: ['interval', 'timeout'] },
    elem: [{ elem: { val: prefix(source), timeout: timeout_s } }],
  };
  const chains = Object.entries(BLOCK_HOOKS).flatMap(([hook, field]) => {
    const chain = { ...at, name: hook, type: 'filter', hook, prio: PRIORITY, policy: 'accept' };
    const address = { payload: { protocol: isOfIPv6 ? 'ip6' : 'ip', field } };
    const expr = [equals(address, `@${SOURCE_SET}`), { counter: null }, { drop: null }];
    return [{ add: { chain } }, { add: { rule: { ...at, chain: hook, expr } } }];
  });
  return { nftables: [...emptied(table), { add: { set } }, ...chains] };
}
