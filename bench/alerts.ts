import { parseArgs } from 'node:util';
import { ALERT_FORMATS, alertFormatSchema } from '../src/domain/alert.ts';
import { flood } from './alerts/flood.ts';
import { rates } from './alerts/rates.ts';
import { print, type Row } from './table.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    /** The rates of these formats alone, and no flood. */
    format: { type: 'string', multiple: true },
    /** The flood alone. */
    flood: { type: 'boolean', default: false },
    /** A directory for the CPU profile of the server, while the rates are measured. */
    profile: { type: 'string', default: '' },
  },
});

const FLOOD = options.quick ? 10_000 : 100_000;

const rows: Row[] = [];
if (!options.flood) {
  const formats = options.format?.map((name) => alertFormatSchema.parse(name)) ?? ALERT_FORMATS;
  const rounds = options.quick ? 1 : 3;
  rows.push(...(await rates({ formats, rounds, seconds: 1, profile: options.profile })));
}
if (options.format === undefined) rows.push(...(await flood(FLOOD)));
print(rows, options.json);
