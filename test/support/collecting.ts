import type { CollectFrom, Verdict } from '../../src/agent/capture/collector.ts';
import { pin } from '../../src/agent/subjects/pinned-process.ts';

export interface Taken {
  mediaType: string;
  bytes: Buffer;
  verdict: Verdict;
}

interface Options {
  withinMs?: number;
  onPinned?: () => Promise<void>;
  onChunk?: (chunks: number) => unknown;
}

/** Longer than any of these collections takes. */
const USUAL_MS = 60_000;

/**
 * What a collector gives of these processes. `onPinned` is called before anything is read, `onChunk` with the number of
 * chunks so far.
 */
export async function collecting(
  collect: CollectFrom,
  pids: readonly number[],
  { withinMs = USUAL_MS, onPinned, onChunk }: Options = {},
): Promise<Taken> {
  const processes = pids.flatMap((pid) => pin(pid) ?? []);
  try {
    await onPinned?.();
    const deadlineMs = performance.now() + withinMs;
    const collected = collect({ processes, cgroup: '', container: null, deadlineMs });
    const chunks: Uint8Array[] = [];
    for await (const chunk of collected.bytes) {
      chunks.push(chunk);
      await onChunk?.(chunks.length);
    }
    const { mediaType } = collected;
    return { mediaType, bytes: Buffer.concat(chunks), verdict: collected.verdict() };
  } finally {
    for (const process of processes) process.close();
  }
}
