import { expect, test } from 'vitest';
import type { Json } from '../../../src/domain/alert.ts';
import { keylime } from '../../../src/shim/alerts/keylime.ts';
import { describeAlertFormat } from '../../support/alert-format-contract.ts';
import { sampleDocument } from '../../support/alert-samples.ts';
import { withMember } from '../../support/with-member.ts';
import { NOTHINGS } from '../../support/hostile-documents.ts';

const WITHOUT = { headers: {} };
const REVOCATION = sampleDocument('keylime-revocation.json');
const STATUS = sampleDocument('keylime-agent-status.json');
const SAMPLES = [REVOCATION, STATUS, sampleDocument('keylime-revocation-file.json')];
const MESSAGE = JSON.parse(Object(REVOCATION)['msg'] as string) as Json;

const split = (document: Json) => keylime.split(document, WITHOUT);
const recognised = (document: Json) => keylime.recognise(document, WITHOUT);
const withMessage = (path: string, value: Json) => ({
  msg: JSON.stringify(withMember(MESSAGE, path, value)),
  signature: '',
});

test('revocations and what the verifier answers are recognised, nothing else is', () => {
  expect([...SAMPLES, MESSAGE].every(recognised)).toBe(true);
  expect([{ msg: '{}' }, { msg: 'text' }, ...NOTHINGS].some(recognised)).toBe(false);
});

test('a revocation is read through all of its encodings', () => {
  expect(split(REVOCATION)).toMatchObject({
    alerts: [
      {
        kind: 'finding',
        identity: [
          'd432fbb3-d2f1-4a97-9ef7-75bd81c00000',
          'ima.validation.ima_hash',
          'Tue Jun 14 05:41:49 2022',
        ],
        title: 'ima.validation.ima_hash',
        facts: {
          severity_label: 'emergency',
          tpm_policy: { mask: '0x408400' },
          meta_data: { cert_serial: 2 },
          context: { message: 'IMA template hash does not match the calculated hash.' },
        },
      },
    ],
    refused: [],
    disagreements: [],
  });
});

test('a time without a zone is no instant', () => {
  expect(split(REVOCATION).alerts[0]?.occurred_at).toBe('');
});

test('the message by itself is the same revocation', () => {
  expect(split(MESSAGE).alerts).toEqual(split(REVOCATION).alerts);
});

test('another agent, event or time is another alert; another signature is not', () => {
  const ids = [
    REVOCATION,
    withMessage('agent_id', 'another'),
    withMessage('event_id', 'another'),
    withMessage('event_time', 'Wed Jun 15 05:41:49 2022'),
    withMember(REVOCATION, 'signature', 'another'),
  ].map((document) => split(document).alerts[0]?.identity.join('|'));
  expect(new Set(ids).size).toBe(4);
});

test('inner texts that are no JSON stay texts, and a message that is none is refused', () => {
  expect(split(withMessage('context', '{"message":')).alerts[0]?.facts['context']).toBe(
    '{"message":',
  );
  expect(split({ msg: '{"type": "revocation"', signature: '' })).toMatchObject({
    alerts: [],
    refused: [{ index: 0, reason: 'its msg is no JSON' }],
  });
  expect(split(withMessage('type', 'other')).refused[0]?.reason).toBe(
    'it is no revocation of an agent',
  );
});

test('an agent that failed is a finding, though its attestation is said to pass', () => {
  expect(split(STATUS)).toMatchObject({
    alerts: [{ kind: 'finding', facts: { standing: 'failed', state: 'FAILED' } }],
    disagreements: ['operational_state says FAILED and attestation_status says PASS: it failed'],
  });
  const other = withMember(
    withMember(STATUS, 'results.operational_state', 3),
    'results.attestation_status',
    'FAIL',
  );
  expect(split(other).alerts[0]).toMatchObject({ kind: 'finding', facts: { standing: 'failed' } });
});

test('an agent that passes opens nothing', () => {
  expect(split(withMember(STATUS, 'results.operational_state', 3)).alerts).toMatchObject([
    { kind: 'cleared', facts: { standing: 'attested' } },
  ]);
});

test('an answer about many agents is one alert for each', () => {
  const said = Object(STATUS)['results'] as Json;
  const bulk = { code: 200, results: { 'uuid-1': said, 'uuid-2': said } };
  expect(split(bulk).alerts.map(({ facts }) => facts['agent_id'])).toEqual(['uuid-1', 'uuid-2']);
  expect(new Set(split(bulk).alerts.map(({ identity }) => identity.join())).size).toBe(2);
});

test('the same state, asked for again, is the same alert', () => {
  const again = withMember(STATUS, 'results.attestation_count', 241);
  expect(split(again).alerts[0]?.identity).toEqual(split(STATUS).alerts[0]?.identity);
});

test('the share of a key in an answer goes no further', () => {
  expect(JSON.stringify(split(STATUS).alerts)).not.toContain('yyNnlWwFRz1ZUzSe2YEpz9A5urtv6oyw');
});

describeAlertFormat(keylime, SAMPLES);
