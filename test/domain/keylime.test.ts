import { expect, test } from 'vitest';
import { keylimeStanding } from '../../src/domain/keylime.ts';

test.each([
  [7, 'PASS', { standing: 'failed', state: 'FAILED', disagree: true }],
  [7, 'FAIL', { standing: 'failed', state: 'FAILED', disagree: false }],
  [9, 'PENDING', { standing: 'failed', state: 'INVALID_QUOTE', disagree: false }],
  [10, undefined, { standing: 'failed', state: 'TENANT_FAILED', disagree: false }],
  [3, 'FAIL', { standing: 'failed', state: 'GET_QUOTE', disagree: true }],
  [3, 'PASS', { standing: 'attested', state: 'GET_QUOTE', disagree: false }],
  [null, 'PASS', { standing: 'attested', state: '', disagree: false }],
  [null, 'FAIL', { standing: 'failed', state: '', disagree: false }],
  [1, 'PENDING', { standing: 'undecided', state: 'START', disagree: false }],
  [8, 'PASS', { standing: 'undecided', state: 'TERMINATED', disagree: false }],
  [99, 'PASS', { standing: 'undecided', state: '', disagree: false }],
  ['3', 'PASS', { standing: 'undecided', state: '', disagree: false }],
  [3, true, { standing: 'undecided', state: 'GET_QUOTE', disagree: false }],
])('the worse of state %s and status %s is taken', (state, status, expected) => {
  expect(keylimeStanding(state, status)).toEqual(expected);
});
