import type { Paint } from './paint.ts';
import { table, type Cell } from './table.ts';

export const INDENT = '  ';

/** A titled table below an empty line; '' where it has no rows. */
export function section(title: string, rows: readonly (readonly Cell[])[], paint: Paint): string {
  if (rows.length === 0) return '';
  return `\n${paint('bold', title)}\n${table(rows, paint, INDENT)}`;
}
