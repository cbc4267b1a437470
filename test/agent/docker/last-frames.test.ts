import { describe, expect, it } from 'vitest';
import { lastFrames } from '../../../src/agent/docker/last-frames.ts';

function frame(text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

/** In pieces that end anywhere. */
async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('the last of a log', () => {
  const lines = Array.from({ length: 20_000 }, (_, line) => frame(`line ${line}`));

  it.each([1, 7, 4_096])('is whole where it fits, in pieces of %i', async (size) => {
    const log = Buffer.concat(lines.slice(0, 100));
    const { bytes, leftOut } = await lastFrames(inPieces(log, size), true, log.length);
    expect([bytes.equals(log), leftOut]).toEqual([true, 0]);
  });

  it('begins with a frame, and is the newest', async () => {
    const log = Buffer.concat(lines);
    const { bytes, leftOut } = await lastFrames(inPieces(log, 4_096), true, 1_000);
    expect(bytes.length + leftOut).toBe(log.length);
    expect(bytes.length).toBeGreaterThan(900);
    expect(log.subarray(-bytes.length).equals(bytes)).toBe(true);
    expect(bytes[0]).toBe(1);
    expect(bytes.subarray(8, 12).toString()).toBe('line');
  });

  it('of a terminal is cut where it comes', async () => {
    const { bytes } = await lastFrames(inPieces(Buffer.from('a'.repeat(100)), 10), false, 35);
    expect(bytes.toString()).toBe('a'.repeat(30));
  });

  it('keeps a frame that broke off', async () => {
    const log = frame('whole').subarray(0, 10);
    expect((await lastFrames(inPieces(log, 3), true, 100)).bytes.equals(log)).toBe(true);
  });
});
