import { isDeepStrictEqual } from 'node:util';
import { apply, open } from '../../domain/incident.ts';
import type { Incident } from '../../domain/incident-record.ts';
import type { Head } from '../../domain/ledger.ts';
import { type ChainReport, verifyChain } from '../../evidence/chain.ts';
import { entryOf, recordedOf } from './entry-row.ts';
import { registerRow } from './register-row.ts';
import type { StoredRows } from './stored-rows.ts';
import type { EntryRow, IncidentRow } from './tables.ts';

/** What is wrong with the register: which incident, and in which column where that can be said. */
export interface RegisterBreak {
  valid: false;
  reason: 'register_changed' | 'register_missing' | 'register_inserted';
  incident_id: string;
  detail: string;
}

/** The chain holds and the register is its projection; or the first thing found that is not so. */
export type LedgerReport =
  | (Extract<ChainReport, { valid: true }> & { incidents: number })
  | Extract<ChainReport, { valid: false }>
  | RegisterBreak;

/** Rows read at once: enough to be quick, few enough that other requests are answered in between. */
const PAGE = 200;

/** An incident may move on between the reading of its row and of its entries; thrice in a row it will not. */
const ATTEMPTS = 4;

/**
 * Walks the whole ledger, then folds each incident anew and compares it with what the register says.
 * `checkpoints` are heads that were signed and kept elsewhere, their signatures verified by the caller.
 */
export async function verifyLedger(
  { stored }: { stored: StoredRows },
  { checkpoints = [] }: { checkpoints?: readonly Head[] } = {},
): Promise<LedgerReport> {
  const reported = new Set<string>();
  const chain = await verifyChain(entries(stored, reported), { checkpoints });
  if (!chain.valid) return chain;
  const incidents = reported.size;
  return (await verifyRegister(stored, reported)) ?? { ...chain, incidents };
}

/** Every entry as it is stored, and on the way the incidents that the ledger knows of. */
async function* entries(stored: StoredRows, reported: Set<string>): AsyncGenerator {
  // Below any sequence there can be, so that an entry put before the first is seen.
  let last = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const rows = await stored.entriesAfter(last, PAGE);
    for (const row of rows) {
      if (row.type === 'reported') reported.add(row.incident_id);
      yield asFarAsReadable(row);
    }
    const lastRow = rows.at(-1);
    if (!lastRow) return;
    last = lastRow.seq;
  }
}

function asFarAsReadable(row: EntryRow): unknown {
  try {
    return entryOf(row);
  } catch {
    return row; // its body is text, which the chain takes for what it is: not an entry
  }
}

async function verifyRegister(
  stored: StoredRows,
  reported: ReadonlySet<string>,
): Promise<RegisterBreak | null> {
  for (const id of reported) {
    const problem = await verifyIncident(stored, id);
    if (problem) return problem;
  }
  let last = '';
  for (;;) {
    const ids = await stored.registerIdsAfter(last, PAGE);
    for (const id of ids) {
      // One that came while we walked has entries by now.
      if (!reported.has(id) && (await stored.entriesOf(id)).length === 0) {
        return broken('register_inserted', id, 'is in the register and in no entry');
      }
    }
    const lastId = ids.at(-1);
    if (lastId === undefined) return null;
    last = lastId;
  }
}

async function verifyIncident(stored: StoredRows, id: string): Promise<RegisterBreak | null> {
  let problem: RegisterBreak | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await stored.registerRow(id);
    if (!row) return broken('register_missing', id, 'is not in the register');
    const incident = project(await stored.entriesOf(id));
    if (!incident) return broken('register_changed', id, 'has an entry that is no event of ours');
    const column = differingColumn(row, registerRow(incident));
    if (column === undefined) return null;
    problem = broken('register_changed', id, `differs from its entries in "${column}"`);
  }
  return problem;
}

/** Undefined where the entries are not those of an incident. */
function project(rows: readonly EntryRow[]): Incident | undefined {
  const [first, ...rest] = rows.map((row) => recordedOf(entryOf(row)));
  if (first?.event.type !== 'reported' || !rest.every((event) => event !== undefined)) {
    return undefined;
  }
  return rest.reduce(apply, open({ ...first, event: first.event }));
}

/** Records are compared by what they say: a later version may write the same in another order. */
function differingColumn(row: IncidentRow, projected: IncidentRow): string | undefined {
  const { record, ...columns } = projected;
  const stored = new Map<string, unknown>(Object.entries(row));
  const differing = Object.entries(columns).find(([name, value]) => stored.get(name) !== value);
  if (differing) return differing[0];
  return sameJson(row.record, record) ? undefined : 'record';
}

function sameJson(a: string, b: string): boolean {
  try {
    return isDeepStrictEqual(JSON.parse(a), JSON.parse(b));
  } catch {
    return false;
  }
}

function broken(reason: RegisterBreak['reason'], id: string, what: string): RegisterBreak {
  return { valid: false, reason, incident_id: id, detail: `${id} ${what}` };
}
