import type { Paint, Style } from './paint.ts';

export type Cell = string | { text: string; style: Style };

const GAP = '  ';

/** Left-aligned columns, one row a line, without a trailing newline. Painted after padding, which colour would upset. */
export function table(rows: readonly (readonly Cell[])[], paint: Paint, indent = ''): string {
  const widths = columnWidths(rows);
  return rows.map((row) => indent + line(row, widths, paint)).join('\n');
}

/** A head row, dimmed, above the rows. */
export function tableWithHead(
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
  paint: Paint,
): string {
  const dimmed = head.map((text) => ({ text: text.toUpperCase(), style: 'dim' }) as const);
  return table([dimmed, ...rows], paint);
}

function columnWidths(rows: readonly (readonly Cell[])[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, textOf(cell).length)));
  }
  return widths;
}

function line(row: readonly Cell[], widths: readonly number[], paint: Paint): string {
  const cells = row.map((cell, i) => {
    const text = textOf(cell);
    const isLast = i === row.length - 1;
    return paint(styleOf(cell), isLast ? text : text.padEnd(widths[i] ?? 0));
  });
  return cells.join(GAP).trimEnd();
}

function textOf(cell: Cell): string {
  return typeof cell === 'string' ? cell : cell.text;
}

function styleOf(cell: Cell): Style {
  return typeof cell === 'string' ? 'plain' : cell.style;
}
