import { z } from 'zod';
import { fail, pass, unknown, type Checker } from './checker.ts';
import { readTarget } from './read-target.ts';

/** Enough to begin with; the target has the whole list. */
const MOST_NAMED = 5;

const integritySchema = z.object({
  artifacts: z.int().nonnegative(),
  invalid: z.array(z.union([z.string(), z.object({ name: z.string() })])),
});

/** Every artifact that the target keeps bears a valid signature, as its own scan found. */
export const checkSharedState: Checker<'shared_state'> = async (check, surroundings) => {
  const { subject } = surroundings.about;
  // A name that nothing has would be scanned as one that has nothing.
  const query = check.query.filter((field) => subject[field] !== undefined);
  const read = await readTarget({ ...check, query }, surroundings);
  if ('verdict' in read) return read;
  const scanned = integritySchema.safeParse(read.document);
  const place = `${check.target}${check.path}`;
  if (!scanned.success) return unknown(`${place} does not tell how many artifacts are invalid`);
  const { artifacts, invalid } = scanned.data;
  if (invalid.length === 0) return pass(`${artifacts} artifacts, none without a valid signature`);
  const names = invalid
    .slice(0, MOST_NAMED)
    .map((one) => (typeof one === 'string' ? one : one.name));
  return fail(
    `${invalid.length} of ${artifacts} artifacts bear no valid signature: ${names.join(', ')}`,
  );
};
