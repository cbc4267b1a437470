/**
 * The key every attempt at one effect carries, the reflex's included: the target does it once. `again` counts what
 * was lost and is applied anew, which a target that remembers the first key would take for a repeat.
 */
export function effectKey(
  incidentId: string,
  { action, target }: { action: string; target: string },
  effect: 'apply' | 'release',
  again = 0,
): string {
  const key = `${incidentId}/${action}/${target}`;
  if (effect === 'release') return `${key}/release`;
  return again === 0 ? key : `${key}/again-${again}`;
}
