import { OUT_OF_TIME } from '../../domain/host-capture.ts';
import type { CaptureTarget, Collected } from './collector.ts';

/** Enough that hashing and compressing a chunk outweighs handing it on. */
const CHUNK_CHARS = 64 * 1024;

/** How a collector that writes one JSON object a line says what it could not do. */
export interface Course {
  /** Said at the end; makes the artifact `truncated`. */
  cutShort(reason: string): void;
  /** True once there is no time left; the artifact is `truncated` then. */
  overdue(): boolean;
}

/** JSON lines (application/jsonl) as they are made. `notes`: what is changed by looking, and left out on purpose. */
export function jsonLines(
  target: CaptureTarget,
  notes: readonly string[],
  lines: (course: Course) => Iterable<object> | AsyncIterable<object>,
): Collected {
  const reasons = new Set<string>();
  const course: Course = {
    cutShort: (reason) => void reasons.add(reason),
    overdue: () => {
      const isOver = performance.now() >= target.deadlineMs;
      if (isOver) reasons.add(OUT_OF_TIME);
      return isOver;
    },
  };
  return {
    mediaType: 'application/jsonl',
    bytes: chunksOf(lines(course)),
    verdict: () => ({
      completeness: reasons.size === 0 ? 'complete' : 'truncated',
      reason: [...reasons].join('; '),
      notes,
    }),
  };
}

async function* chunksOf(
  lines: Iterable<object> | AsyncIterable<object>,
): AsyncGenerator<Uint8Array> {
  let chunk = '';
  for await (const line of lines) {
    chunk += `${JSON.stringify(line)}\n`;
    if (chunk.length < CHUNK_CHARS) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}
