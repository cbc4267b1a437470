import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { entriesSchema, startProduct, type Product } from '../product.ts';
import { quantile } from '../quantile.ts';
import type { Row } from '../table.ts';
import { criticalAlerts, distinctAlerts, type Distinct } from './distinct.ts';
import { writePolicy } from './policy.ts';
import { createSender, type Sender } from './sender.ts';
import { sizeOf, type Size } from './size.ts';

/** As fast as they are answered. */
const SENDERS = 8;
const BATCH = 100;
/** Spread through the flood, one after the other; so many before it, in the same way. */
const CRITICALS = 30;
const QUIET = 10;

/** From the critical alert's sending to its measured containment, p99. */
const AIM_MS = 1_000;
/** What a heap may breathe. */
const FLAT = 1.15;
/** However many alerts an incident has, its history is one that a worker reads at once. */
const AIM_EVENTS = 500;

/** A flood of cheap alerts of one cause over a whole installation, and critical ones of other causes in it. */
export async function flood(count: number): Promise<Row[]> {
  const settings = async (home: string) => {
    return { CONTAINMENT_POLICY_PATH: await writePolicy(join(home, 'policy')) };
  };
  const product = await startProduct(settings);
  const sender = await createSender(product.url, product.home);
  try {
    const [cheap, critical] = await Promise.all([distinctAlerts('hubble'), criticalAlerts()]);
    const { alerts } = await sender.send('hubble', [cheap()]);
    const quiet: Followed[] = [];
    for (let n = 0; n < QUIET; n += 1) quiet.push(await follow(product, sender, critical));
    const quietMs = quiet.map((each) => each.containedMs);
    const sizes = [await sizeOf(product)];
    const startedMs = performance.now();
    const followed: Promise<Followed>[] = [];
    for (let part = 1; part <= CRITICALS; part += 1) {
      followed.push(follow(product, sender, critical));
      await send(sender, cheap, count / CRITICALS);
      process.stderr.write(`${Math.round((part * count) / CRITICALS)} alerts of the flood\n`);
      if (part === CRITICALS / 2) sizes.push(await sizeOf(product));
    }
    const perSecond = (count * 1_000) / (performance.now() - startedMs);
    const criticals = await Promise.all(followed);
    const containedMs = criticals.map((each) => each.containedMs);
    const answeredMs = criticals.map((each) => each.answeredMs);
    sizes.push(await sizeOf(product));
    const history = await historyOf(product, alerts[0]?.incident_id ?? '');
    return [
      { figure: 'the flood: alerts/s', value: perSecond },
      { figure: 'a critical one in it, answered, p99 ms', value: quantile(answeredMs, 0.99) },
      {
        figure: 'a critical one in it → contained, p50 ms',
        value: quantile(containedMs, 0.5),
        floor: quantile(quietMs, 0.5),
      },
      {
        figure: 'a critical one in it → contained, p99 ms',
        value: quantile(containedMs, 0.99),
        floor: quantile(quietMs, 0.99),
        reach: AIM_MS,
      },
      ...sizeRows(sizes, count),
      { figure: "events of the flood's incident", value: history.events, reach: AIM_EVENTS },
      { figure: "history of the flood's incident, KiB", value: history.bytes / 1024 },
    ];
  } finally {
    await sender.close();
    await product.stop();
  }
}

async function send(sender: Sender, cheap: Distinct, count: number): Promise<void> {
  let left = count;
  const one = async () => {
    while (left > 0) {
      const size = Math.min(BATCH, Math.ceil(left));
      left -= size;
      await sender.send('hubble', Array.from({ length: size }, cheap));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, one));
}

interface Followed {
  answeredMs: number;
  containedMs: number;
}

/** By the sender's clock until it sends, by the product's from then on: they are one. */
async function follow(product: Product, sender: Sender, critical: Distinct): Promise<Followed> {
  const sentMs = Date.now();
  const { alerts } = await sender.send('falco', [critical()]);
  const answeredMs = Date.now() - sentMs;
  const id = alerts[0]?.incident_id ?? '';
  await product.events.until(id, 'contained');
  const { body } = await product.call('GET', `/api/v1/incidents/${id}/timeline`);
  const contained = entriesSchema.parse(body).find(({ type }) => type === 'contained');
  return { answeredMs, containedMs: Date.parse(contained?.at ?? '') - sentMs };
}

function sizeRows(sizes: readonly Size[], count: number): Row[] {
  const [start, middle, end] = sizes;
  if (start === undefined || middle === undefined || end === undefined) return [];
  return [
    { figure: 'memory at the start of it, MiB', value: start.memoryMiB },
    { figure: 'memory in the middle, MiB', value: middle.memoryMiB },
    {
      figure: 'memory at the end, MiB',
      value: end.memoryMiB,
      floor: middle.memoryMiB,
      reach: middle.memoryMiB * FLAT,
    },
    {
      figure: 'ledger, MiB more for 10,000 alerts',
      value: ((end.ledgerMiB - start.ledgerMiB) * 10_000) / count,
    },
  ];
}

async function historyOf(
  { temporalPort }: Product,
  id: string,
): Promise<{ events: number; bytes: number }> {
  const connection = await Connection.connect({ address: `127.0.0.1:${temporalPort}` });
  try {
    const client = new Client({ connection, namespace: 'cordon' });
    const { historyLength, historySize } = await client.workflow.getHandle(id).describe();
    return { events: historyLength, bytes: historySize ?? Number.NaN };
  } finally {
    await connection.close();
  }
}
