import { z } from 'zod';
import type { RangeCall, RangeHandler } from '../service.ts';
import type { RangeStore } from '../store.ts';
import { ALERT_SCHEMA } from './alerts.ts';
import { everyExtension } from './extensions.ts';
import { isKillAll } from './kill-switch.ts';
import { ledgerArtifact } from './risk-ledger.ts';
import { rollout } from './rollout.ts';
import type { LogName, LogRecord, RuntimeState } from './runtime-state.ts';

const logRecordSchema = z.looseObject({ ts_ms: z.int(), extension_id: z.string() });

/**
 * What the runtime hands out as evidence, by the last part of its path. All but the ledger, a chain, and the rollout,
 * which is of no extension, can be asked for one extension (`extension_id`) and a time (`start_ms`, `end_ms`).
 */
export function artifactRoutes(now: () => number): Record<string, RangeHandler> {
  const at = (path: string, read: (state: RuntimeState, call: RangeCall) => object) => {
    const handler: RangeHandler = (call, store) => ({
      status: 200,
      body: { ...read({ store, now }, call) },
    });
    return [`GET /api/v1/artifacts/${path}`, handler] as const;
  };
  const log = (name: LogName, schema: string) =>
    at(name, ({ store }, { query }) => {
      const entries = logged(store, name, query);
      return { schema, generated_at_ms: now(), entry_count: entries.length, entries };
    });
  return Object.fromEntries([
    at('risk_ledger', (state) => ledgerArtifact(state)),
    at('security_alerts', ({ store }, { query }) => alerts(store, query, now())),
    log('hostcall_telemetry', 'pi.ext.hostcall_telemetry.v1'),
    log('exec_mediation', 'pi.ext.exec_mediation.v1'),
    log('secret_broker', 'pi.ext.secret_broker.v1'),
    log('quota_breaches', 'pi.ext.quota_breaches.v1'),
    at('rollout_state', ({ store }) => ({
      schema: 'pi.ext.rollout_state.v1',
      generated_at_ms: now(),
      ...rollout.read(store),
    })),
    at('trust_state', ({ store }, { query }) => trust(store, query, now())),
  ]);
}

/** The records of one log that the query asks for. Those about every extension are about the one that is asked for. */
function logged(store: RangeStore, name: LogName, query: URLSearchParams): LogRecord[] {
  const id = query.get('extension_id');
  const from = Number(query.get('start_ms') ?? '0');
  const to = Number(query.get('end_ms') ?? 'Infinity');
  return store.records
    .list(name)
    .map((record) => logRecordSchema.parse(record))
    .filter(({ ts_ms }) => ts_ms >= from && ts_ms <= to)
    .filter(({ extension_id }) => id === null || extension_id === id || extension_id === '*');
}

function alerts(store: RangeStore, query: URLSearchParams, generated_at_ms: number) {
  const found = logged(store, 'security_alerts', query);
  const countsOf = (member: string) => {
    const words = found.map((alert) => String(Reflect.get(alert, member)));
    const groups = Object.groupBy(words, (word) => word);
    return Object.fromEntries(
      Object.entries(groups).map(([word, of = []]) => [word, of.length] as const),
    );
  };
  return {
    schema: ALERT_SCHEMA,
    generated_at_ms,
    alert_count: found.length,
    category_counts: countsOf('category'),
    severity_counts: countsOf('severity'),
    alerts: found,
  };
}

/** How far each extension is trusted, how it came to that, and who threw and lifted its kill switch. */
function trust(store: RangeStore, query: URLSearchParams, generated_at_ms: number) {
  const id = query.get('extension_id');
  const extensions = everyExtension(store).filter((one) => id === null || one.extension_id === id);
  return {
    schema: 'pi.ext.trust_state.v1',
    generated_at_ms,
    kill_all: isKillAll(store),
    extensions: extensions.map(({ extension_id, installed, trust_state, ...one }) => {
      const { kill_switch, enforcement_state, consecutive_unsafe, quota } = one;
      return {
        ...{ extension_id, installed, trust_state, kill_switch },
        ...{ enforcement_state, consecutive_unsafe, quota },
      };
    }),
    transitions: logged(store, 'trust_transitions', query),
    kill_switch_audit: logged(store, 'kill_switch_audit', query),
  };
}
