import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { createGauges, type GaugeSources } from './gauges.ts';

/** Both are promised in milliseconds; beyond a second they are an alarm. Seconds. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.008, 0.015, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** What this server measures of itself and, when it is asked, reads out of the ledger. */
export interface Metrics {
  intakeSeconds: Histogram<'outcome'>;
  reflexSeconds: Histogram<'outcome'>;
  ledgerFailures: Counter;
  alerts: Counter<'format' | 'outcome'>;
  deliveriesRefused: Counter<'code'>;
  /** All of it in the Prometheus text format; `contentType` names its version. */
  expose(): Promise<{ contentType: string; text: string }>;
}

/** Each server has a registry of its own, so that two in one process do not share figures. */
export function createMetrics(sources: GaugeSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const readGauges = createGauges(registry, sources);
  return {
    intakeSeconds: new Histogram({
      name: 'cordon_intake_seconds',
      help: 'From a report that was parsed to its commit in the ledger, or its refusal',
      labelNames: ['outcome'],
      buckets: BUCKETS,
      registers,
    }),
    reflexSeconds: new Histogram({
      name: 'cordon_reflex_seconds',
      help: 'From a report to what became of its reflex freeze',
      labelNames: ['outcome'],
      buckets: BUCKETS,
      registers,
    }),
    ledgerFailures: new Counter({
      name: 'cordon_ledger_failures_total',
      help: 'Calls that failed because the ledger could not be written or read',
      registers,
    }),
    alerts: new Counter({
      name: 'cordon_alerts_total',
      help: 'Alerts of detectors by what became of them; unreadable for what is none',
      labelNames: ['format', 'outcome'],
      registers,
    }),
    deliveriesRefused: new Counter({
      name: 'cordon_deliveries_refused_total',
      help: 'Deliveries of detectors that were answered otherwise than with 200',
      labelNames: ['code'],
      registers,
    }),
    expose: async () => {
      await readGauges();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
