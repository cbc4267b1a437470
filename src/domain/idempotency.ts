/** The key every attempt at one effect carries, the reflex's included: the target does it once. */
export function effectKey(
  incidentId: string,
  { action, target }: { action: string; target: string },
  effect: 'apply' | 'release',
): string {
  const key = `${incidentId}/${action}/${target}`;
  return effect === 'apply' ? key : `${key}/release`;
}
