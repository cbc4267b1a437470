import type { Cancellation } from '../../domain/attestor.ts';

/** Fires when the time is up, or when whoever asked has given up. */
export function deadline(timeoutMs: number, cancellation: Cancellation | undefined): AbortSignal {
  const controller = new AbortController();
  if (cancellation?.aborted) controller.abort();
  cancellation?.addEventListener('abort', () => controller.abort());
  return AbortSignal.any([controller.signal, AbortSignal.timeout(timeoutMs)]);
}
