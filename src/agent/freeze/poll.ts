import { setTimeout as delay } from 'node:timers/promises';

/** The kernel stops a thread within a millisecond, unless it sleeps uninterruptibly. */
const LOOK_EVERY_MS = 2;

/** Asks until it is so; false where it was not so by `giveUpAt`, by `performance.now()`. */
export async function cameTrue(
  isSo: () => boolean | Promise<boolean>,
  giveUpAt: number,
): Promise<boolean> {
  for (;;) {
    if (await isSo()) return true;
    if (performance.now() >= giveUpAt) return false;
    await delay(LOOK_EVERY_MS);
  }
}
