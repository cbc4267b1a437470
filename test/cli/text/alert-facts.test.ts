import { expect, it } from 'vitest';
import { alertFacts } from '../../../src/cli/text/alert-facts.ts';
import { COURSE, HAPPENS, incidentAfter } from '../../support/incidents.ts';

const said = (incident: ReturnType<typeof incidentAfter>) =>
  Object.fromEntries(alertFacts(incident).filter(([, value]) => value !== ''));

it('says nothing of an incident that was reported and never seen again', () => {
  expect(said(incidentAfter({}))).toEqual({});
});

it('says how often a cause was seen again, and how much of that was told together', () => {
  const once = HAPPENS.observed({ last_at: '2026-01-02T03:04:05.000Z' });
  expect(said(incidentAfter({}, once))).toEqual({
    'Seen again': expect.stringMatching(/^1 time, the last of 2026-01-02 03:04:05Z/),
  });
  const many = { ...once, count: 900 };
  expect(said(incidentAfter({}, once, many))['Seen again']).toMatch(
    /^901 times, .*; 90[01] of them are told together$/,
  );
});

it('names further subjects, as many as a person reads', () => {
  const seven = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].map((agent) => HAPPENS.widened({ agent }));
  const { 'Also about': about } = said(incidentAfter({}, ...seven));
  expect(about).toBe('agent b; agent c; agent d; agent e; agent f; 2 more');
});

it('says when it was raised, and what people found it to be related to', () => {
  const raised = HAPPENS.raised({ ...COURSE, severity: 'critical' });
  const merged = {
    ...({ type: 'merged', by: 'ada', reason: 'the same', way: 'into' } as const),
    other: 'INC-20260102-030405-0000002a',
  };
  expect(said(incidentAfter({}, raised, merged))).toEqual({
    Raised: expect.stringMatching(/^2026-01-02/),
    Related: 'merged into INC-20260102-030405-0000002a',
  });
});
