import { describe, expect, it } from 'vitest';
import type { IncidentEvent } from '../../src/domain/events.ts';
import type { Slas } from '../../src/domain/plan.ts';
import { isContaining, nextBreach, runningClocks } from '../../src/domain/sla.ts';
import { AT_MS } from '../support/admissions.ts';
import { COURSE, HAPPENS, incidentAfter, LATCHED } from '../support/incidents.ts';

const SLAS: Slas = {
  contain_ms: 1_000,
  acknowledge_ms: 10_000,
  resolve_ms: 100_000,
  review_ms: 5_000,
  repeat_ms: 300,
};
const { acknowledged, breached, closed, contained, fails, inForce, resolved } = HAPPENS;
const after = (...events: IncidentEvent[]) =>
  incidentAfter({ ...LATCHED, require_reattest: false, slas: SLAS }, ...events);

describe('the clocks that run', () => {
  it.each<[string, IncidentEvent[], [string, number][]]>([
    [
      'at the report',
      [],
      [
        ['contain', 1_000],
        ['acknowledge', 10_000],
        ['resolve', 100_000],
      ],
    ],
    [
      'while containment fails',
      [fails()],
      [
        ['contain', 1_000],
        ['acknowledge', 10_000],
        ['resolve', 100_000],
      ],
    ],
    [
      'once contained',
      [inForce(), contained],
      [
        ['acknowledge', 10_000],
        ['resolve', 100_000],
      ],
    ],
    ['once acknowledged', [inForce(), contained, acknowledged], [['resolve', 100_000]]],
    // Two seconds into the incident, from the resolution on.
    ['once resolved', [inForce(), resolved], [['review', 7_000]]],
    ['once closed', [inForce(), resolved, closed], []],
  ])('%s', (_when, events, expected) => {
    const clocks = runningClocks(after(...events));
    expect(clocks.map(({ stage, dueMs }) => [stage, dueMs - AT_MS])).toEqual(expected);
  });

  it('are none where no service level is set, nor a review where none is asked for', () => {
    expect(runningClocks(incidentAfter({}))).toEqual([]);
    expect(runningClocks(incidentAfter({ slas: SLAS }, inForce(), resolved))).toEqual([]);
  });
});

describe('the next breach', () => {
  const at = (ms: number, ...events: IncidentEvent[]) => {
    const breach = nextBreach(after(...events), AT_MS + ms);
    return breach && [breach.stage, breach.dueMs - AT_MS, breach.times];
  };

  it('is the earliest that is due', () => expect(at(0)).toEqual(['contain', 1_000, 1]));

  it('is the one overdue, as long as it is untold', () => {
    expect(at(60_000)).toEqual(['contain', 1_000, 1]);
  });

  it('is its repeat, once it was told, at whole repeats from when it was due', () => {
    expect(at(1_000, breached('contain'))).toEqual(['contain', 1_300, 2]);
    expect(at(1_299, breached('contain'))).toEqual(['contain', 1_300, 2]);
    expect(at(1_300, breached('contain'))).toEqual(['contain', 1_600, 3]);
  });

  it('skips the repeats that nobody was there to tell', () => {
    expect(at(9_000, breached('contain'))).toEqual(['contain', 9_100, 28]);
  });

  it('is the next stage when this one is done', () => {
    expect(at(2_000, inForce(), contained, breached('contain'))).toEqual([
      'acknowledge',
      10_000,
      1,
    ]);
  });

  it('is none where no clock runs', () => expect(at(0, inForce(), resolved, closed)).toBeNull());
});

describe('isContaining', () => {
  it('is over when every action is in force, and never began where nothing is contained', () => {
    expect(isContaining(after())).toBe(true);
    expect(isContaining(after(inForce()))).toBe(false);
    expect(isContaining(incidentAfter({ ...COURSE, auto_contain: false }))).toBe(false);
  });
});
