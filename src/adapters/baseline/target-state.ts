import { compare } from '../targets/expectation.ts';
import { fail, pass, unknown, type Checker } from './checker.ts';
import { readTarget } from './read-target.ts';

/** What a target says of itself against what it must say; what it does not say is not known. */
export const checkTargetState: Checker<'target_state'> = async (check, surroundings) => {
  const read = await readTarget(check, surroundings);
  if ('verdict' in read) return read;
  const { met, unmet, absent } = compare(read.document, check.expect, surroundings.about);
  const place = `${check.target}${check.path}`;
  if (unmet.length > 0) return fail(`${place} is not as expected: ${unmet.join(', ')}`);
  if (absent.length > 0) return unknown(`${place} does not tell ${absent.join(', ')}`);
  return pass(`${place} is as expected: ${met.join(', ')}`);
};
