import type { z } from 'zod';
import { Fault } from '../../domain/fault.ts';
import type {
  BlockAnswer,
  blockRequestSchema,
  blockStateRequestSchema,
} from '../../domain/host-blocking.ts';
import type { Measured } from '../contain/step.ts';
import { withNetNamespaces, type NetNamespace } from '../contain/net-namespaces.ts';
import { listTable, loadTable, removeTable, tableOf } from '../contain/nft-table.ts';
import { readStat } from '../subjects/process-stat.ts';
import { createTurns } from '../turns.ts';
import { blockRules } from './block-rules.ts';
import { measuredOf } from './measured-block.ts';
import { assertMayBeBlocked } from './never-blocked.ts';

type Order = z.output<typeof blockRequestSchema>;
type About = z.output<typeof blockStateRequestSchema>;

/** What blocks sources of traffic on this host, each by a table of its own, so that networks may overlap. */
export interface Blocking {
  /** `caller`: the address that the call came from. Faults: `source_is_ours`, `not_an_edge`, and those of nft. */
  block(order: Order, caller: string | undefined): Promise<BlockAnswer>;
  /** Changes nothing. */
  state(about: About): Promise<BlockAnswer>;
}

/** `isEdge`: whether the agent may block traffic of its host at all. */
export function createBlocking(isEdge: boolean): Blocking {
  const turns = createTurns();
  const take = (source: string, act: (at: NetNamespace, table: string) => Promise<void>) =>
    turns.take(source, () => answer(isEdge, source, act));
  return {
    block: (order, caller) =>
      take(order.source, async (namespace, table) => {
        const { effect, source, never, timeout_s = 0 } = order;
        if (effect === 'release') return removeTable(namespace, table);
        assertMayBeBlocked(source, never, caller);
        await loadTable(namespace, blockRules(table, source, timeout_s));
      }),
    state: ({ source }) => take(source, async () => undefined),
  };
}

async function answer(
  isEdge: boolean,
  source: string,
  act: (at: NetNamespace, table: string) => Promise<void>,
): Promise<BlockAnswer> {
  const startedAt = performance.now();
  if (!isEdge) {
    const message = 'this agent blocks no traffic of its host: CORDON_AGENT_EDGE is off';
    throw new Fault('not_an_edge', message, { retryable: false });
  }
  return inOwnNamespace(async (namespace) => {
    const table = tableOf({ source });
    const measure = async (): Promise<Measured> => measuredOf(await listTable(namespace, table));
    const before = await measure();
    await act(namespace, table);
    const after = await measure();
    return {
      ...{ schema: 'host-block/1', method: 'nftables' },
      ...{ in_force: after.in_force, detail: after.detail },
      ...{ before: before.reading, after: after.reading, took_ms: performance.now() - startedAt },
    };
  });
}

function inOwnNamespace<T>(use: (namespace: NetNamespace) => Promise<T>): Promise<T> {
  const { pid } = process;
  const start_time = readStat(`/proc/${pid}`)?.start_time ?? '';
  return withNetNamespaces([{ pid, start_time }], ([own]) => {
    if (own !== undefined) return use(own);
    const message = 'the network namespace of the agent cannot be opened';
    throw new Fault('namespace_unreadable', message, { retryable: true });
  });
}
