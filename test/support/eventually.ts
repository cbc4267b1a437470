import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;

/** Only a test that fails waits for so long; one on a busy machine may wait for some of it. */
const PATIENCE_MS = 30_000;

/** What `read` gives as soon as it is so; throws with what it last was when it never came to be. */
export async function eventually<T>(
  read: () => T | Promise<T>,
  isSo: (value: T) => boolean,
  withinMs = PATIENCE_MS,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    if (Date.now() > deadline) {
      throw new Error(`still not so after ${withinMs} ms: ${JSON.stringify(value)}`);
    }
    await delay(LOOK_EVERY_MS);
  }
}
