import type { CaptureOrder } from './capture-order.ts';
import type { COMPLETENESS } from '../../domain/host-capture.ts';

/** A process that cannot be mistaken for a later one with its number: everything is read below an open directory. */
export interface PinnedProcess {
  pid: number;
  /** Clock ticks since boot. */
  startTime: string;
  /** `/proc/self/fd/<n>`: reads below it give ESRCH once the process is gone. */
  dir: string;
  /** False once it is gone, whoever has its number now. */
  isThere(): boolean;
  close(): void;
}

/** What is captured from: the processes of a subject, frozen or not. */
export interface CaptureTarget {
  processes: readonly PinnedProcess[];
  /** The cgroup of version 2 below which they are; '' where they are in none of their own. */
  cgroup: string;
  /** Null for what is no container. */
  container: CaptureOrder['container'];
  /** When to give up, by `performance.now()`. */
  deadlineMs: number;
}

/** How whole the artifact is, once its bytes have been taken to the end. */
export interface Verdict {
  completeness: (typeof COMPLETENESS)[number];
  /** '' where it is complete. */
  reason: string;
  /** What was changed by looking, and what was left out on purpose. */
  notes: readonly string[];
}

/** Bytes as they are collected, never all at once; the verdict stands when they have ended. */
export interface Collected {
  mediaType: string;
  bytes: AsyncIterable<Uint8Array>;
  verdict(): Verdict;
}

export type CollectFrom = (target: CaptureTarget) => Collected;
