import { expect, it } from 'vitest';
import { isApproved } from '../../src/domain/approval.ts';
import type { Decision } from '../../src/domain/playbook-progress.ts';

const MINUTE_MS = 60_000;
const NOON = Date.parse('2026-03-14T12:00:00.000Z');
const TWO = { persons: 2, within_ms: MINUTE_MS };
const BINDING = 'a'.repeat(64);
const asked = (atMs = NOON) => ({ step: 'kill', binding: BINDING, atMs });

function said(by: string, more: Partial<Decision> = {}): Decision {
  const at = new Date(NOON).toISOString();
  return { step: 'kill', by, at, verdict: 'approve', binding: BINDING, ...more };
}

it('one person is enough where one is asked for, of whatever containment', () => {
  const one = { persons: 1, within_ms: MINUTE_MS };
  expect(isApproved([], asked(), one)).toBe(false);
  expect(isApproved([said('ada', { binding: 'b'.repeat(64) })], asked(), one)).toBe(true);
});

it('two are two distinct persons, who both approve of the same step', () => {
  expect(isApproved([said('ada'), said('ada')], asked(), TWO)).toBe(false);
  expect(isApproved([said('ada'), said('bob')], asked(), TWO)).toBe(true);
  expect(isApproved([said('ada'), said('bob', { verdict: 'decline' })], asked(), TWO)).toBe(false);
  expect(isApproved([said('ada'), said('bob', { step: 'other' })], asked(), TWO)).toBe(false);
});

it('two approve within time of each other, and of the same containment', () => {
  const both = [said('ada'), said('bob')];
  expect(isApproved(both, asked(NOON + MINUTE_MS), TWO)).toBe(true);
  expect(isApproved(both, asked(NOON + MINUTE_MS + 1), TWO)).toBe(false);
  expect(isApproved([said('ada', { binding: 'b'.repeat(64) }), said('bob')], asked(), TWO)).toBe(
    false,
  );
});
