import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { nextThread } from '../../src/domain/thread.ts';

const CONTAINED: IncidentEvent = { type: 'contained' };
const RESOLVED: IncidentEvent = { type: 'resolved', by: 'admin', note: '' };

describe('the thread of a telling', () => {
  it('is the same for the same events in the same order', () => {
    expect(told(CONTAINED, RESOLVED)).toBe(told(CONTAINED, { ...RESOLVED }));
    expect(told(CONTAINED)).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['another event', [CONTAINED, { ...RESOLVED, note: 'checked' }]],
    ['another order', [RESOLVED, CONTAINED]],
    ['another beginning', [CONTAINED, CONTAINED, RESOLVED]],
  ] as const)('differs for %s', (_what, events) => {
    expect(told(...events)).not.toBe(told(CONTAINED, RESOLVED));
  });
});

function told(...events: readonly IncidentEvent[]): string {
  return events.reduce(nextThread, '');
}
