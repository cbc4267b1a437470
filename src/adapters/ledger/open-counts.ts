import { fullestWindow } from '../../domain/fullest-window.ts';
import { thinnedBy } from '../../domain/thinned.ts';
import type { TriageCounter, TriagedAlert } from '../../domain/triaged-alert.ts';
import type { Writing } from './group-commit.ts';
import type { TriagedAlertRow } from './tables.ts';

export interface Question {
  identity: string;
  occurred_ms: number;
  becomes: TriagedAlert;
}

/** The counts that some alerts are about, as the ledger has them and as they grow. */
export interface OpenCounts {
  isLogged(identity: string): boolean;
  /** Counts the alert, once, and says how many it is together with. */
  with(identity: string, occurredMs: number, alert: TriagedAlert): Together;
  belongs(identity: string, incidentId: string): void;
  save(): Promise<void>;
}

export interface Together {
  /** By the name of the count. */
  counts: Record<string, number>;
  /** The alerts that are near this one, many themselves, and only logged. */
  logged(counter: TriageCounter): string[];
}

type Known = Map<string, TriagedAlertRow[]>;

export async function openCounts(
  { db }: Pick<Writing, 'db'>,
  questions: readonly Question[],
  receivedMs: number,
): Promise<OpenCounts> {
  const counters = new Map<string, TriageCounter>();
  const known = await near(db, questions);
  const stored = new Set([...known.values()].flat().map(keyOf));
  const logged = await loggedBefore(db, questions);
  const changed = new Set<TriagedAlertRow>();

  const add = (counter: string, identity: string, occurred_ms: number) => {
    const rows = known.get(counter) ?? [];
    known.set(counter, rows);
    if (rows.some((row) => row.identity === identity)) return;
    const row = { counter, identity, occurred_ms, seen_ms: receivedMs, incident_id: '' };
    rows.push(row);
    changed.add(row);
  };

  return {
    isLogged: (identity) => logged.has(identity),
    with: (identity, occurredMs, alert) => {
      alert.counters.forEach((counter) => counters.set(counter.counter, counter));
      const names = alert.counters.map(({ counter }) => counter);
      (names.length === 0 ? [''] : names).forEach((name) => add(name, identity, occurredMs));
      logged.add(identity);
      return together(known, identity, occurredMs, alert.counters);
    },
    belongs: (identity, incidentId) => {
      if (incidentId === '') return;
      for (const row of [...known.values()].flat()) {
        if (row.identity !== identity) continue;
        row.incident_id = incidentId;
        changed.add(row);
      }
      logged.delete(identity);
    },
    save: async () => {
      const needless = new Set([...counters.values()].flatMap((counter) => beyond(known, counter)));
      const isKept = (row: TriagedAlertRow) => !needless.has(row) && !isPlain(row);
      await keep(db, [...changed].filter(isKept));
      await drop(
        db,
        [...needless].filter((row) => stored.has(keyOf(row))),
      );
    },
  };
}

function together(
  known: Known,
  identity: string,
  occurredMs: number,
  counters: readonly TriageCounter[],
): Together {
  const timesOf = (counter: string) => (known.get(counter) ?? []).map((row) => row.occurred_ms);
  return {
    counts: Object.fromEntries(
      counters.map(({ name, counter, window_ms }) => {
        return [name, fullestWindow(timesOf(counter), occurredMs, window_ms)];
      }),
    ),
    logged: ({ counter, window_ms, many }) =>
      (known.get(counter) ?? [])
        .filter((row) => row.incident_id === '' && row.identity !== identity)
        .filter((row) => Math.abs(row.occurred_ms - occurredMs) < window_ms)
        .filter((row) => fullestWindow(timesOf(counter), row.occurred_ms, window_ms) >= many)
        .toSorted((a, b) => a.occurred_ms - b.occurred_ms)
        .map((row) => row.identity),
  };
}

/** What changes no window any more, however many come. What is only logged may yet belong to an incident. */
function beyond(known: Known, { counter, many, window_ms }: TriageCounter): TriagedAlertRow[] {
  const rows = known.get(counter) ?? [];
  const needed = new Set(thinnedBy(rows, (row) => row.occurred_ms, many, window_ms));
  return rows.filter((row) => !needed.has(row) && row.incident_id !== '');
}

/** Of one that counts for nothing and is an incident's, there is nothing to remember. */
function isPlain({ counter, incident_id }: TriagedAlertRow): boolean {
  return counter === '' && incident_id !== '';
}

function keyOf({ counter, identity }: TriagedAlertRow): string {
  return `${counter} ${identity}`;
}

/** All that can stand in a window with one of them, or with one that does. */
async function near(db: Writing['db'], questions: readonly Question[]): Promise<Known> {
  const spans = new Map<string, { from: number; to: number }>();
  for (const { occurred_ms, becomes } of questions) {
    for (const { counter, window_ms } of becomes.counters) {
      const { from = Infinity, to = -Infinity } = spans.get(counter) ?? {};
      spans.set(counter, {
        from: Math.min(from, occurred_ms - 2 * window_ms),
        to: Math.max(to, occurred_ms + 2 * window_ms),
      });
    }
  }
  if (spans.size === 0) return new Map();
  const rows = await db
    .selectFrom('triaged_alerts')
    .selectAll()
    .where((is) =>
      is.or(
        [...spans].map(([counter, { from, to }]) =>
          is.and([is('counter', '=', counter), is.between('occurred_ms', from, to)]),
        ),
      ),
    )
    .execute();
  return Map.groupBy(rows, ({ counter }) => counter);
}

async function loggedBefore(
  db: Writing['db'],
  questions: readonly Question[],
): Promise<Set<string>> {
  if (questions.length === 0) return new Set();
  const rows = await db
    .selectFrom('triaged_alerts')
    .select('identity')
    .where('identity', 'in', [...new Set(questions.map(({ identity }) => identity))])
    .where('incident_id', '=', '')
    .execute();
  return new Set(rows.map(({ identity }) => identity));
}

async function keep(db: Writing['db'], rows: readonly TriagedAlertRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('triaged_alerts')
    .values([...rows])
    .onConflict((conflict) =>
      conflict.columns(['identity', 'counter']).doUpdateSet(({ ref }) => ({
        incident_id: ref('excluded.incident_id'),
      })),
    )
    .execute();
}

async function drop(db: Writing['db'], rows: readonly TriagedAlertRow[]): Promise<void> {
  for (const [counter, some] of Map.groupBy(rows, (row) => row.counter)) {
    const identities = some.map(({ identity }) => identity);
    const doomed = db.deleteFrom('triaged_alerts').where('counter', '=', counter);
    await doomed.where('identity', 'in', identities).execute();
  }
}
