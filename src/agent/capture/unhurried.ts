import { setImmediate } from 'node:timers/promises';

/** The chunks, with the event loop let through between them: they are read synchronously, and others have timers. */
export async function* unhurried(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    yield chunk;
    await setImmediate();
  }
}
