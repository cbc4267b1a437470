import { Gauge, type Registry } from 'prom-client';
import type { Stats } from '../domain/stats.ts';
import type { ShimDeps, TimestampStatus } from './deps.ts';

export interface GaugeSources extends Pick<ShimDeps, 'engineStatus' | 'timestampStatus' | 'now'> {
  ledger: Pick<ShimDeps['ledger'], 'register' | 'outbox' | 'breaker' | 'safeMode'>;
}

const DETECTOR = ['source', 'format', 'class'] as const;

/** Registers the gauges and gives the function that reads them anew. It does not throw: a lost ledger is a figure. */
export function createGauges(registry: Registry, sources: GaugeSources): () => Promise<void> {
  const gauge = <Label extends string = never>(name: string, help: string, ...labels: Label[]) =>
    new Gauge<Label>({ name, help, labelNames: labels, registers: [registry] });
  const incidents = {
    byClass: gauge('cordon_incidents', 'Incidents by class', 'class'),
    byFate: gauge('cordon_incidents_by_fate', 'Incidents by what became of them', 'fate'),
    open: gauge('cordon_incidents_open', 'Incidents not yet resolved, by severity', 'severity'),
    clocks: gauge('cordon_clocks', 'Clocks of incidents by how they ended', 'clock', 'attained'),
    dismissed: gauge(
      'cordon_false_positives',
      'Incidents that were none, by who reported them',
      ...DETECTOR,
    ),
  };
  const waiting = gauge('cordon_backlog', 'Incidents not yet known to have a workflow');
  const age = gauge('cordon_backlog_age_seconds', 'How long the oldest of the backlog has waited');
  const unstamped = gauge('cordon_timestamps_waiting', 'Signed manifests without a time stamp');
  const unstampedAge = gauge(
    'cordon_timestamps_waiting_age_seconds',
    'How long ago the first of them was captured',
  );
  const tripped = gauge(
    'cordon_breaker_tripped',
    '1 for an action that has come to its limit',
    'action',
  );
  const safe = gauge('cordon_safe_mode', '1 while safe mode is on');
  const engine = gauge('cordon_engine_connected', '1 while the workflow engine answers');
  const readable = gauge('cordon_ledger_readable', '1 while the ledger answers');

  return async () => {
    engine.set(sources.engineStatus().connected ? 1 : 0);
    const timestamps = sources.timestampStatus();
    unstamped.set(timestamps?.waiting ?? 0);
    unstampedAge.set(timestamps === null ? 0 : secondsWaited(timestamps, sources.now()));
    try {
      const { register, outbox, breaker, safeMode } = sources.ledger;
      const [stats, backlog, standing, mode] = await Promise.all([
        register.stats(),
        outbox.backlog(),
        breaker.standing(),
        safeMode.standing(),
      ]);
      safe.set(mode.on ? 1 : 0);
      tripped.reset();
      for (const { action } of standing.tripped) tripped.set({ action }, 1);
      show(incidents, stats);
      waiting.set(backlog.waiting);
      age.set(backlog.waiting === 0 ? 0 : (sources.now() - backlog.oldest_ms) / 1_000);
      readable.set(1);
    } catch {
      readable.set(0);
    }
  };
}

export function secondsWaited({ waiting_since }: TimestampStatus, nowMs: number): number {
  return waiting_since === '' ? 0 : Math.max(0, nowMs - Date.parse(waiting_since)) / 1_000;
}

interface IncidentGauges {
  byClass: Gauge<'class'>;
  byFate: Gauge<'fate'>;
  open: Gauge<'severity'>;
  clocks: Gauge<'clock' | 'attained'>;
  dismissed: Gauge<(typeof DETECTOR)[number]>;
}

function show({ byClass, byFate, open, ...gauges }: IncidentGauges, stats: Stats): void {
  byClass.reset();
  open.reset();
  for (const [name, n] of Object.entries(stats.by_class)) byClass.set({ class: name }, n);
  for (const [severity, n] of Object.entries(stats.open_by_severity)) open.set({ severity }, n);
  byFate.set({ fate: 'open' }, stats.open_incidents);
  byFate.set({ fate: 'contained' }, stats.contained_count);
  byFate.set({ fate: 'resolved' }, stats.resolved_count);
  showOutcomes(gauges, stats);
}

function showOutcomes(
  { clocks, dismissed }: Pick<IncidentGauges, 'clocks' | 'dismissed'>,
  stats: Stats,
): void {
  clocks.reset();
  dismissed.reset();
  for (const [clock, ends] of Object.entries(stats.clocks)) {
    for (const [attained, n] of Object.entries(ends)) clocks.set({ clock, attained }, n);
  }
  for (const { count, ...detector } of stats.false_positives) dismissed.set(detector, count);
}
