import type { IncomingMessage } from 'node:http';
import { refuse } from '../refuse.ts';

/**
 * Nothing that a Kubernetes API server keeps is larger than 1.5 MiB, so its reports come whole. Whatever is larger
 * comes compressed, or in parts.
 */
export const MOST_WIRE_BYTES = 2 * 1024 * 1024;

/** How many bytes the body will have at most, by what its sender announces. Refuses with `body_too_large`. */
export function announcedBytes(request: IncomingMessage): number {
  const announced = Number(request.headers['content-length'] ?? MOST_WIRE_BYTES);
  if (announced > MOST_WIRE_BYTES) tooLarge();
  return announced;
}

/** The body as it came. Refuses with `body_too_large`, and with `invalid_request` what ends too early. */
export function readWire(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (end: () => void) => {
      request.off('data', more).off('end', whole).off('close', cut).off('error', cut);
      end();
    };
    const more = (chunk: Buffer) => {
      size += chunk.length;
      if (size > MOST_WIRE_BYTES) settle(() => reject(refusal(tooLarge)));
      else chunks.push(chunk);
    };
    const whole = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const cut = () => settle(() => reject(refusal(cutShort)));
    // Who has gone away while it waited tells so no more.
    if (request.destroyed) return cut();
    request.on('data', more).on('end', whole).on('close', cut).on('error', cut);
  });
}

function tooLarge(): never {
  return refuse('body_too_large', 'The body is larger than 2 MiB: compress it, or send less');
}

function cutShort(): never {
  return refuse('invalid_request', 'The body ended before the announced length');
}

/** Thrown inside of an event's listener, it would reach nobody. */
function refusal(refused: () => never): unknown {
  try {
    return refused();
  } catch (error) {
    return error;
  }
}
