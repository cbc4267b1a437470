import { createHash } from 'node:crypto';
import { Transform } from 'node:stream';

/** What has passed through. */
export interface Measured {
  sha256: string;
  /** Bytes. */
  size: number;
}

/** Hands bytes on unchanged; `measured` is right once they have ended, and can be asked once. */
export function createByteMeter(): { meter: Transform; measured(): Measured } {
  const hash = createHash('sha256');
  let size = 0;
  const meter = new Transform({
    transform: (chunk: Buffer, _encoding, handOn) => {
      hash.update(chunk);
      size += chunk.length;
      handOn(null, chunk);
    },
  });
  return { meter, measured: () => ({ sha256: hash.digest('hex'), size }) };
}
