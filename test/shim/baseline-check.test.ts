import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { CheckedIncident, CheckResult } from '../../src/domain/baseline-check.ts';
import { ATTESTATION_FAILURE, boot, failure, read, type Booted } from './boot.ts';

let asked: { names: readonly string[]; about: CheckedIncident }[];
let verdicts: CheckResult['verdict'][];
const baseline = {
  run: async (names: readonly string[], about: CheckedIncident): Promise<CheckResult[]> => {
    asked.push({ names, about });
    return verdicts.map((verdict, index) => ({
      ...{ check: `check_${index}`, verdict, detail: 'compared' },
      at: '2026-03-14T12:00:00.000Z',
    }));
  },
};

let shim: Booted;
beforeAll(async () => void (shim = await boot({ baseline })));
afterAll(() => shim.stop());
beforeEach(() => {
  [asked, verdicts] = [[], ['pass']];
});

const check = (body: object, token = shim.tokens.operator) =>
  shim.ask('/api/v1/baseline/check', { token, body });

it('every check of the policy is made where none is named', async () => {
  const response = await check({});
  expect([response.status, await read(response)]).toEqual([
    200,
    {
      incident_id: '',
      verdict: 'pass',
      results: [
        { check: 'check_0', verdict: 'pass', detail: 'compared', at: '2026-03-14T12:00:00.000Z' },
      ],
    },
  ]);
  expect(asked).toEqual([
    {
      names: expect.arrayContaining(['vault_locked']),
      about: { incident_id: '', class: '', subject: {}, contained_at: '' },
    },
  ]);
});

it('those that are named are made about the incident', async () => {
  const { id, subject } = await shim.report(ATTESTATION_FAILURE);
  await check({ incident_id: id, checks: ['one', 'two'] });
  const about = { incident_id: id, class: 'attestation_failure', subject, contained_at: '' };
  expect(asked).toEqual([{ names: ['one', 'two'], about }]);
});

it.each<[CheckResult['verdict'][], string]>([
  [['pass', 'pass'], 'pass'],
  [['pass', 'unknown'], 'unknown'],
  [['unknown', 'fail', 'pass'], 'fail'],
  [[], 'unknown'],
])('%j comes to %s', async (each, verdict) => {
  verdicts = each;
  expect(await read(await check({}))).toMatchObject({ verdict });
});

it('others than operators and those who look into incidents are refused', async () => {
  expect(await failure(await check({}, shim.tokens.reader))).toEqual([403, 'forbidden']);
  expect(await failure(await check({}, shim.tokens.reporter))).toEqual([403, 'forbidden']);
  expect(asked).toEqual([]);
});

it('what is not there, or is no name, is refused', async () => {
  const id = 'INC-20260314-120000-0000abcd';
  expect(await failure(await check({ incident_id: id }))).toEqual([404, 'incident_not_found']);
  expect(await failure(await check({ checks: ['../x'] }))).toEqual([400, 'invalid_request']);
  expect(await failure(await check({ checks: [] }))).toEqual([400, 'invalid_request']);
});
