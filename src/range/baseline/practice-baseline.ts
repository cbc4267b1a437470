import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { signPracticeImages } from './practice-images.ts';
import { makePracticeRepository } from './practice-repository.ts';

/** Below CORDON_HOME. */
const FOLDER = join('range', 'baseline');

/**
 * Makes what the practice range is compared with, once: what somebody changes in it afterwards stays changed. Where there
 * is no git there is no repository, and what is compared with it is not known.
 */
export async function layPracticeBaseline(
  home: string,
  log: (message: string) => void,
): Promise<void> {
  const folder = join(home, FOLDER);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await once(join(folder, 'images'), (draft) => signPracticeImages(draft));
  await once(join(folder, 'repository'), makePracticeRepository).catch((error: unknown) =>
    log(`the practice range has no repository: ${String(error)}`),
  );
}

/** Whole, or not there: a range that dies in the middle makes it again. */
async function once(place: string, make: (draft: string) => Promise<void> | void): Promise<void> {
  if (existsSync(place)) return;
  const draft = `${place}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  await make(draft);
  renameSync(draft, place);
}
