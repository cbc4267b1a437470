/** Of a deadline by `performance.now()`. */
export function isPast(deadlineMs: number): boolean {
  return performance.now() >= deadlineMs;
}
