import { expect, test } from 'vitest';
import { judgeRevocation } from '../../../src/adapters/detectors/keylime-verdict.ts';

const REVOCATION = { agent_id: 'd432fbb3', event_id: 'ima.validation.ima_hash' };
const said = (operational_state: number | null, attestation_status: string, last_event_id = '') =>
  judgeRevocation(REVOCATION, { operational_state, attestation_status, last_event_id });

test('a verifier that says itself that the agent failed confirms the webhook', () => {
  expect(said(7, 'FAIL', 'ima.validation.ima_hash')).toEqual({
    verdict: 'confirmed',
    reason: 'the verifier says FAILED, FAIL',
  });
  expect(said(null, 'FAIL').verdict).toBe('confirmed');
});

test('the worse of two that contradict each other is believed', () => {
  expect(said(7, 'PASS')).toEqual({
    verdict: 'confirmed',
    reason: 'the verifier says FAILED, PASS, which contradict each other',
  });
  expect(said(3, 'FAIL').verdict).toBe('confirmed');
});

test('that it failed of something else is said', () => {
  expect(said(9, 'FAIL', 'qoute_validation.quote_validation').reason).toBe(
    'the verifier says INVALID_QUOTE, FAIL, of another event, qoute_validation.quote_validation',
  );
});

test('a verifier that sees the agent pass denies the webhook', () => {
  expect(said(3, 'PASS')).toEqual({
    verdict: 'denied',
    reason: 'the verifier says GET_QUOTE, PASS',
  });
});

test('a verifier that says neither, or nothing, leaves it open', () => {
  expect(said(1, 'PENDING').verdict).toBe('unknown');
  expect(judgeRevocation(REVOCATION, { silent: 'no answer in time' })).toEqual({
    verdict: 'unknown',
    reason: 'no answer in time',
  });
});
