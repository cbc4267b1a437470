import type { KeptEvidence } from '../../domain/kept-evidence.ts';
import type { Paint } from './paint.ts';
import { type Cell, tableWithHead } from './table.ts';
import { moment } from './time.ts';

const HEAD = ['name', 'bytes', 'kept until', 'state', 'sha256'];

/** The evidence of an incident, a row each: the digest whole, because it is what the other commands take. */
export function evidenceTable(objects: readonly KeptEvidence[], paint: Paint): string {
  if (objects.length === 0) return 'It has no evidence.';
  return tableWithHead(HEAD, objects.map(row), paint);
}

function row(object: KeptEvidence): Cell[] {
  const { name, size, until, sha256 } = object;
  return [name, String(size), until === '' ? 'for ever' : moment(until), stateOf(object), sha256];
}

function stateOf({ state, held, marked_at, removed_at, tombstone }: KeptEvidence): Cell {
  if (state === 'removed') {
    const grave = `tombstone ${tombstone.slice(0, 12)}…`;
    return { text: `removed ${moment(removed_at)}, ${grave}`, style: 'dim' };
  }
  if (held) return { text: 'legal hold', style: 'warning' };
  if (state === 'kept') return 'kept';
  return { text: `its time is over, marked ${moment(marked_at)}`, style: 'warning' };
}
