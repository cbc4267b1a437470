/** One figure: what was measured, the floor beside it, and what it should reach. */
export interface Row {
  figure: string;
  value: number;
  floor?: number;
  /** The most that it should be; absent where `atLeast` says it. */
  reach?: number;
  /** The least share of the floor. */
  atLeast?: number;
}

export function print(rows: readonly Row[], json: boolean): void {
  const judged = rows.map((row) => ({ ...row, ratio: ratioOf(row), reached: isReached(row) }));
  if (json) {
    process.stdout.write(`${JSON.stringify(judged, null, 2)}\n`);
    return;
  }
  const lines = judged.map((row) =>
    [
      row.figure.padEnd(52),
      shown(row.value).padStart(9),
      shown(row.floor).padStart(9),
      shown(row.ratio).padStart(7),
      wanted(row).padStart(16),
      row.reached ? 'reached' : 'NOT REACHED',
    ].join('  '),
  );
  const head = ['figure'.padEnd(52), '   cordon', '    floor', '  ratio', '           reach'].join(
    '  ',
  );
  process.stdout.write(`${head}\n${lines.join('\n')}\n`);
}

function ratioOf({ value, floor }: Row): number | undefined {
  return floor === undefined ? undefined : Math.round((value / floor) * 100) / 100;
}

function isReached(row: Row): boolean {
  if (row.atLeast !== undefined) return (ratioOf(row) ?? 0) >= row.atLeast;
  return row.reach === undefined || row.value <= row.reach;
}

function wanted({ reach, atLeast }: Row): string {
  if (atLeast !== undefined) return `≥ ${atLeast} × floor`;
  return reach === undefined ? '' : `≤ ${shown(reach)}`;
}

function shown(value: number | undefined): string {
  return value === undefined ? '' : String(Math.round(value * 10) / 10 || value);
}
