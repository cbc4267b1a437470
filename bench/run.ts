import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { burst, flood, untilQuiet, withoutEngine } from './bursts.ts';
import { startFloor, type Floor } from './floor/floor.ts';
import type { Figures } from './load.ts';
import { runLoad } from './load.ts';
import { soak } from './memory.ts';
import { startProduct, type Product } from './product.ts';
import { latchedLife, report, stampsOf } from './product-life.ts';
import { median, quantile } from './quantile.ts';
import { print, type Row } from './table.ts';
import { transitions } from './transitions.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    soak: { type: 'string' },
  },
});

/** Rounds are interleaved, so that what else the machine does falls on both alike. */
const ROUNDS = options.quick ? 1 : 3;
const SECONDS = options.quick ? 8 : 15;
const CONCURRENCY = 24;
const BURST = 1_000;
/** What it leaves behind has to be worked off before the next figure. */
const BURST_ENGINELESS = 300;
const NAMESPACE = 'cordon';

const started = await startProduct();
try {
  const rows = options.soak === undefined ? await measure(started) : await memory(started);
  print(rows, options.json);
} finally {
  await started.stop();
}

async function measure(product: Product): Promise<Row[]> {
  const address = `127.0.0.1:${product.temporalPort}`;
  const floor = await startFloor(address, NAMESPACE);
  const connection = await Connection.connect({ address });
  try {
    say('warming up');
    await warmUp(product, floor);
    say('saturating');
    const saturation = await saturate(product, floor);
    say('half of saturation');
    const half = await atHalf(product, floor, saturation.rows);
    await floor.stop();
    say('a burst');
    const flooded = await burst(product, BURST);
    await untilQuiet(product);
    say('the engine stopped');
    const stopped = await withoutEngine(product, () => engineless(product));
    await untilQuiet(product);
    const steps = await transitions(product, new Client({ connection, namespace: NAMESPACE }));
    return [
      ...saturation.rows,
      ...half,
      row('201 in a burst of 1,000, p99 ms', quantile(flooded.answeredMs, 0.99), 50),
      row('refused in the burst', flooded.refused, 0),
      row(
        'critical in the burst → contained, p99 ms',
        quantile(flooded.criticalContainedMs, 0.99),
        1_000,
      ),
      ...stopped,
      row('state transitions, latched critical', steps.latched, 26),
      row('state transitions, only logs', steps.logs_only, 8),
    ];
  } finally {
    await connection.close();
  }
}

async function memory(product: Product): Promise<Row[]> {
  const most = Number(options.soak);
  const after = await soak(product, [most / 10, most / 2, most]);
  const [early = 0, , late = 0] = [...after.values()];
  return [
    row(`memory after ${most / 10}, MiB`, early),
    row(`memory after ${most}, MiB`, late, early * 1.15, early),
  ];
}

/** Progress goes to standard error, so that the figures can be piped. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function warmUp(product: Product, floor: Floor): Promise<void> {
  const order = { kind: 'closed', concurrency: 8, seconds: 4 } as const;
  await floor.run(order);
  await runLoad(order, latchedLife(product));
}

async function saturate(product: Product, floor: Floor): Promise<{ rows: Row[] }> {
  const order = { kind: 'closed', concurrency: CONCURRENCY, seconds: SECONDS } as const;
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await floor.run(order));
    ours.push(await runLoad(order, latchedLife(product)));
  }
  failOn([...ours, ...theirs]);
  const [our, their] = [ours, theirs].map((all) => median(all.map((f) => f.perSecond)));
  return { rows: [{ ...row('whole incidents per second', our ?? 0, 0, their), atLeast: 0.85 }] };
}

async function atHalf(product: Product, floor: Floor, [saturation]: Row[]): Promise<Row[]> {
  const floorOrder = {
    kind: 'open',
    rate: (saturation?.floor ?? 0) / 2,
    seconds: SECONDS,
  } as const;
  const order = { kind: 'open', rate: (saturation?.value ?? 0) / 2, seconds: SECONDS } as const;
  const ours: Figures[] = [];
  const theirs: Figures[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    theirs.push(await floor.run(floorOrder));
    ours.push(await runLoad(order, latchedLife(product)));
  }
  failOn([...ours, ...theirs]);
  const our = ours.flatMap((f) => f.lives);
  const their = theirs.flatMap((f) => f.lives);
  const contained = our.map((l) => l.containedMs);
  const floorContained = their.map((l) => l.containedMs);
  const p50 = quantile(floorContained, 0.5);
  return [
    row('report → contained, p50 ms', quantile(contained, 0.5), 1.5 * p50, p50),
    row(
      'report → contained, p99 ms',
      quantile(contained, 0.99),
      250,
      quantile(floorContained, 0.99),
    ),
    ...reflexRows(
      our.map((l) => l.reflexMs ?? Number.NaN),
      'half load',
    ),
    row(
      'report answered, p50 ms',
      quantile(
        our.map((l) => l.answeredMs),
        0.5,
      ),
      5,
    ),
    row(
      'report answered, p99 ms',
      quantile(
        our.map((l) => l.answeredMs),
        0.99,
      ),
      20,
    ),
    row(
      'ack round trip, p99 ms',
      quantile(
        our.map((l) => l.ackMs),
        0.99,
      ),
      50,
      quantile(
        their.map((l) => l.ackMs),
        0.99,
      ),
    ),
  ];
}

/** The engine is stopped: reports are answered and agents frozen all the same. */
async function engineless(product: Product): Promise<Row[]> {
  const steady: string[] = [];
  const one = async () => {
    steady.push((await report(product, { class: 'attestation_failure' })).id);
    return { answeredMs: 0, containedMs: 0, ackMs: 0 };
  };
  failOn([await runLoad({ kind: 'open', rate: 8, seconds: SECONDS }, one)]);
  const reflexes = await Promise.all(steady.map((id) => stampsOf(product, id)));
  const flooded = await flood(product, BURST_ENGINELESS, () => ({
    class: 'manifest_mismatch',
    severity: 'low',
  }));
  return [
    ...reflexRows(
      reflexes.map((r) => r.reflexMs ?? Number.NaN),
      'engine stopped',
    ),
    row('201 in a burst, engine stopped, p99 ms', quantile(flooded.answeredMs, 0.99), 50),
    row('refused in that burst', flooded.refused, 0),
  ];
}

function reflexRows(reflexMs: number[], when: string): Row[] {
  return [
    row(`report → frozen by reflex, ${when}, p50 ms`, quantile(reflexMs, 0.5), 8),
    row(`report → frozen by reflex, ${when}, p99 ms`, quantile(reflexMs, 0.99), 50),
  ];
}

function row(figure: string, value: number, reach?: number, floor?: number): Row {
  return {
    figure,
    value,
    ...(reach === undefined ? {} : { reach }),
    ...(floor === undefined ? {} : { floor }),
  };
}

function failOn(figures: Figures[]): void {
  const failed = figures.flatMap((f) => f.failed);
  if (failed.length > 0) throw new Error(`${failed.length} lives failed, the first: ${failed[0]}`);
}
