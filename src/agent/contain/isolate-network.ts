import { fileURLToPath } from 'node:url';
import { Fault } from '../../domain/fault.ts';
import type { ContainRequest, Reading } from '../../domain/host-containment.ts';
import { attachmentsOf, attachAgain, detach } from './container-networks.ts';
import { type Contained, isAlive } from './find-contained.ts';
import { runIn } from './in-namespace.ts';
import { isolationRules } from './isolation-rules.ts';
import { listTable, loadTable, removeTable, tableOf } from './nft-table.ts';
import { type NetNamespace, withNetNamespaces } from './net-namespaces.ts';
import type { Measured, Step } from './step.ts';

const PROBE = fileURLToPath(new URL('escape-probe.ts', import.meta.url));

/** A datagram is dropped on its way out, or has nowhere to go (ip(7), ip-route(8)). */
const HELD = ['EPERM', 'EACCES', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN'];

/**
 * Cuts the subject off, what is established included, by a table in its own network namespace, and a container from
 * its networks as well. It lasts until it is released: the table is gone with the namespace, and the host's own, out
 * of which it could lock everybody, is refused.
 */
export const isolateNetwork: Step = {
  method: () => 'nftables',
  measure,
  prepare: async (at) => {
    await withNetNamespaces(living(at), async (namespaces) => assertNoneOfHost(namespaces));
    return attachmentsOf(at.container);
  },
  apply,
  release,
};

/** By the rules that the kernel lists, and by a datagram that has to stay. */
async function measure(at: Contained): Promise<Measured> {
  return withNetNamespaces(living(at), async (namespaces) => {
    const readings = await Promise.all(namespaces.map((each) => readingOf(each, at)));
    const reading = { namespaces: readings };
    const open = readings.find(({ holds }) => !holds);
    if (open !== undefined) return { in_force: false, detail: open.detail, reading };
    const detail = readings.length === 0 ? 'no process of it is left' : 'nothing leaves it';
    return { in_force: at.record !== null, detail, reading };
  });
}

async function readingOf(namespace: NetNamespace, { subject, record }: Contained) {
  const { id } = namespace;
  const said = (holds: boolean, detail: string, dropped = 0) => ({ id, holds, detail, dropped });
  if (namespace.isOfHost) return said(false, 'it shares the network of its host');
  const listing = await listTable(namespace, tableOf(subject));
  if (listing === null) return said(false, `nothing isolates ${id}`);
  const { digest, dropped } = listing;
  if (record !== null && record.made[id] !== digest) {
    return said(false, `the rules in ${id} are not those that were made`, dropped);
  }
  const { stdout } = await runIn(namespace, process.execPath, [PROBE]);
  const holds = HELD.includes(stdout);
  return said(holds, holds ? '' : `a datagram left ${id}: ${stdout || 'no answer'}`, dropped);
}

async function apply(at: Contained, { allow, timeout_s }: ContainRequest): Promise<Reading> {
  const made = await withNetNamespaces(living(at), async (namespaces) => {
    assertNoneOfHost(namespaces);
    const table = tableOf(at.subject);
    const digests = namespaces.map(async (namespace) => {
      await loadTable(namespace, isolationRules(table, { allow, timeout_s }));
      return [namespace.id, (await listTable(namespace, table))?.digest ?? ''] as const;
    });
    return Object.fromEntries(await Promise.all(digests));
  });
  // Without an interface nothing that is allowed could be reached either.
  if (at.container !== null && allow.length === 0) await detach(at.container);
  return made;
}

async function release(at: Contained): Promise<string> {
  const problem = at.container === null ? '' : await attachAgain(at.container, at.record?.before);
  return withNetNamespaces(living(at), async (namespaces) => {
    const ours = namespaces.filter(({ isOfHost }) => !isOfHost);
    await Promise.all(ours.map((each) => removeTable(each, tableOf(at.subject))));
    const left = await Promise.all(ours.map((each) => listTable(each, tableOf(at.subject))));
    return left.some((table) => table !== null) ? 'its rules are still there' : problem;
  });
}

function living({ processes, lookAgain }: Contained) {
  return [...processes, ...lookAgain()].filter(isAlive);
}

function assertNoneOfHost(namespaces: readonly NetNamespace[]): void {
  if (!namespaces.some(({ isOfHost }) => isOfHost)) return;
  const message = 'the subject shares the network of its host, which is never isolated';
  throw new Fault('subject_shares_host_network', message, { retryable: false });
}
