import type { Stats } from '../../domain/stats.ts';
import { createOutcomeTally } from '../../domain/outcome-tally.ts';
import type { Backend } from './backend.ts';
import { readHead } from './chain-end.ts';
import { incidentOf } from './register-row.ts';

type Db = Backend['reader'];

/** Records that are parsed at once: each is some kilobytes, and nothing else runs meanwhile. */
const PAGE = 200;

/**
 * How clocks have ended, and what was dismissed. What an incident comes to is in its record alone, so the records are
 * read: all of them once, and after that those of which the ledger has told since.
 */
export function createOutcomes(db: Db): () => Promise<Pick<Stats, 'clocks' | 'false_positives'>> {
  const tally = createOutcomeTally();
  let seen = 0;
  let reading: Promise<void> = Promise.resolve();
  const catchUp = async () => {
    const head = (await readHead(db))?.seq ?? 0;
    for (let from = ''; head > seen;) {
      const rows = await changed(db, seen, head, from);
      for (const row of rows) tally.count(incidentOf(row));
      from = rows.at(-1)?.id ?? '';
      if (rows.length < PAGE) seen = head;
    }
  };
  return async () => {
    // One at a time: what two had counted at once would count twice.
    const next = reading.catch(() => undefined).then(catchUp);
    reading = next;
    await next;
    return tally.figures();
  };
}

/** The incidents that entries in between are about, a page by their ids; at first all. */
function changed(db: Db, after: number, upTo: number, fromId: string) {
  const page = db.selectFrom('incidents').select(['id', 'record']).where('id', '>', fromId);
  const told = db.selectFrom('entries').select('incident_id').where('seq', '>', after);
  const since = page.where('id', 'in', told.where('seq', '<=', upTo));
  return (after === 0 ? page : since).orderBy('id').limit(PAGE).execute();
}
