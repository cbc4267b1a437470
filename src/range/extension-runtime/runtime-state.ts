import type { z } from 'zod';
import type { RangeStore } from '../store.ts';

/** Calls of a drill or a test are hundreds; whoever makes more keeps the newest. */
const MOST_RECORDS = 2_000;

/** What the stand-in remembers, and its clock in milliseconds since the epoch. */
export interface RuntimeState {
  store: RangeStore;
  now: () => number;
}

/** The logs that the runtime keeps beside its risk ledger. */
export type LogName =
  | 'hostcall_telemetry'
  | 'security_alerts'
  | 'exec_mediation'
  | 'secret_broker'
  | 'quota_breaches'
  | 'trust_transitions'
  | 'kill_switch_audit';

/** A record of a log: when, and about which extension; `*` for all of them. */
export interface LogRecord {
  ts_ms: number;
  extension_id: string;
}

export function note(
  { store, now }: RuntimeState,
  log: LogName,
  record: Omit<LogRecord, 'ts_ms'> & Record<string, unknown>,
): void {
  store.records.put(log, String(nextNumber(store, log)), { ts_ms: now(), ...record });
  store.records.trim(log, MOST_RECORDS);
}

/** Counts from 1 for as long as the state lasts. */
export function nextNumber(store: RangeStore, name: string): number {
  const next = Number(store.setting(`count:${name}`) ?? '0') + 1;
  store.set(`count:${name}`, String(next));
  return next;
}

/** A setting that is a document, and what it is until somebody has set it. */
export function document<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  initial: z.infer<Schema>,
) {
  return {
    read: (store: RangeStore): z.infer<Schema> => {
      const text = store.setting(name);
      return text === undefined ? initial : schema.parse(JSON.parse(text));
    },
    write: (store: RangeStore, value: z.infer<Schema>): void => {
      store.set(name, JSON.stringify(value));
    },
  };
}
