import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { POLICY_FILES, POLICY_PARTS } from '../../src/intake/policy-source.ts';

/** The source that sends what is measured; its token is `tokens/bench`. */
export const SOURCE = 'bench';

/** Far beyond what is measured, so that it is the ledger that decides. */
const NO_LIMIT = { per_second: 1_000_000 };

const rulesSchema = z.looseObject({ rules: z.record(z.string(), z.unknown()) });
const reportersSchema = z.looseObject({ reporters: z.record(z.string(), z.unknown()) });

/** The shipped policy with a source that may report everything, as fast as it can; the path of its containment file. */
export async function writePolicy(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const shipped = (part: (typeof POLICY_PARTS)[number]) =>
    readFile(join(SHIPPED_POLICY, POLICY_FILES[part]), 'utf8');
  for (const part of POLICY_PARTS) {
    await writeFile(join(directory, POLICY_FILES[part]), await shipped(part));
  }
  const { rules } = rulesSchema.parse(parse(await shipped('containment')));
  const known = reportersSchema.parse(parse(await shipped('reporters')));
  const bench = { classes: Object.keys(rules), rate: NO_LIMIT };
  const reporters = { ...known, reporters: { ...known.reporters, [SOURCE]: bench } };
  await writeFile(join(directory, POLICY_FILES.reporters), stringify(reporters));
  return join(directory, POLICY_FILES.containment);
}
