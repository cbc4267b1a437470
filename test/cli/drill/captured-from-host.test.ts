import { describe, expect, it } from 'vitest';
import {
  captureProblems,
  isCapturedFrom,
  isToBeCaptured,
} from '../../../src/cli/drill/captured-from-host.ts';
import type { IncidentEvent } from '../../../src/domain/events.ts';
import { CAPTURED, NO_CAPTURE, NOTHING_CAPTURED } from '../../support/captures.ts';
import { COURSE, reported } from '../../support/incidents.ts';

const planned = (host_ms: number): IncidentEvent =>
  reported({ ...COURSE, capture: { ...NO_CAPTURE, host_ms } }).event;
const captured: IncidentEvent = { type: 'captured', ...CAPTURED };
const gaps = [{ collector: 'host', reason: 'agent_unreachable' }];
const silent: IncidentEvent = { type: 'captured', ...NOTHING_CAPTURED, gaps };
const ofTargets: IncidentEvent = {
  type: 'captured',
  ...NOTHING_CAPTURED,
  gaps: [{ collector: 'status:vault', reason: 'deadline' }],
};

describe('a capture from a host', () => {
  it('is to come where the plan gives it time', () => {
    expect(isToBeCaptured([planned(1_000)])).toBe(true);
    expect(isToBeCaptured([planned(0)])).toBe(false);
    expect(isToBeCaptured([])).toBe(false);
  });

  it('is over once the host gave something, or nothing', () => {
    expect(isCapturedFrom([planned(1_000), captured])).toBe(true);
    expect(isCapturedFrom([planned(1_000), silent])).toBe(true);
  });

  it('is not over because the targets said how they stand', () => {
    expect(isCapturedFrom([planned(1_000), ofTargets])).toBe(false);
  });

  it('is missed where it was to come and nothing was kept', () => {
    expect(captureProblems([planned(1_000), ofTargets, silent])).toHaveLength(1);
    expect(captureProblems([planned(1_000), captured])).toEqual([]);
    expect(captureProblems([planned(0), ofTargets])).toEqual([]);
  });
});
