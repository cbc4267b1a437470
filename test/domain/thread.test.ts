import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import { isTold, nextThread, toldKey } from '../../src/domain/thread.ts';

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

describe('the key of what a run has told', () => {
  it('is known from every other key', () => {
    const key = toldKey('0198a2b3-7c4d-7e5f-8a9b-0c1d2e3f4a5b', 12, told(CONTAINED));
    expect(key).toMatch(/^2e3f4a5b-12-/);
    expect(isTold(key)).toBe(true);
    const others = ['reported', 'reflex/freeze_agent', 'alert/log_alert', `x${key}`, `${key}0`];
    expect(others.filter(isTold)).toEqual([]);
  });
});

function told(...events: readonly IncidentEvent[]): string {
  return events.reduce(nextThread, '');
}
