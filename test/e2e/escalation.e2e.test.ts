import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let cordon: Installation;
beforeAll(async () => {
  const windows = { forbidden_airlock_request: { actions: ['freeze_agent', 'disable_airlock'] } };
  cordon = await installation({ policy: { escalation: { windows } } });
}, STARTING_MS);
afterAll(() => cordon.stop());

/** Windows are of event time, so that each test has an hour of its own, in the past. */
let hour = Date.now() - 240 * HOUR;
const nextHour = () => (hour += HOUR);

/** One report at each instant, one after another. */
async function reportAt(incidentClass: string, instants: number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const at of instants) {
    const occurred_at = new Date(at).toISOString();
    ids.push((await cordon.report({ class: incidentClass, occurred_at })).id);
  }
  return ids;
}

const untilEscalated = (id: string) => cordon.until(id, (now) => now.escalated_at !== '');
const escalatedAmong = async (ids: string[]) => {
  const all = await Promise.all(ids.map((id) => cordon.incident(id)));
  return all.filter(({ escalated_at }) => escalated_at !== '').map(({ id }) => id);
};

const WINDOWS: [string, number, number, string][] = [
  ['prompt_injection', 3, 5 * MINUTE, 'critical'],
  ['tool_call_burst', 5, MINUTE, 'high'],
  ['policy_bypass_attempt', 2, 10 * MINUTE, 'critical'],
  ['forbidden_airlock_request', 5, 5 * MINUTE, 'high'],
  ['model_behavior_anomaly', 3, 15 * MINUTE, 'critical'],
];

describe.each(WINDOWS)(
  '%s, %i reports within %i ms',
  (incidentClass, threshold, window, severity) => {
    /** The first and the last are `span` apart. */
    const instantsOver = (span: number) => {
      const from = nextHour();
      return Array.from(
        { length: threshold },
        (_, i) => from + Math.floor((span * i) / (threshold - 1)),
      );
    };
    let apart: string[] = [];

    it(`escalates the report that reaches the threshold, and each later one, to ${severity}`, async () => {
      apart = await reportAt(incidentClass, instantsOver(window));
      const instants = instantsOver(window - 1);
      const together = await reportAt(incidentClass, [...instants, instants.at(-1) ?? 0]);
      const reached = together.slice(-2);
      for (const id of reached) expect(await untilEscalated(id)).toMatchObject({ severity });
      expect(await escalatedAmong(together)).toEqual(reached);
      for (const id of reached) {
        const [event] = await cordon.events(id, 'escalated');
        // The two are of one instant, and may be counted in either order.
        expect([threshold, threshold + 1]).toContain(event?.count);
      }
    });

    it('escalates nothing when the first of them is exactly one window old', async () => {
      expect(apart).toHaveLength(threshold);
      expect(await escalatedAmong(apart)).toEqual([]);
    });
  },
);

describe('an escalated incident', () => {
  let before: Incident;
  let after: Incident;

  beforeAll(async () => {
    const at = nextHour();
    const [last = ''] = await reportAt('prompt_injection', [at + 2_000]);
    await cordon.untilState(last, 'contained');
    await cordon.command('acknowledge', last);
    before = await cordon.incident(last);
    // Reports of what happened earlier, which arrive later, complete its window.
    await reportAt('prompt_injection', [at, at + 1_000]);
    after = await untilEscalated(last);
  });

  it('loses the acknowledgement that it had, because its binding changed', () => {
    expect(before).toMatchObject({ state: 'acknowledged', acked_by: 'admin', severity: 'high' });
    expect(after).toMatchObject({ state: 'contained', acked_at: '', acked_by: '' });
    expect(after.binding).not.toBe(before.binding);
  });

  it('requires what its new severity requires', async () => {
    expect(after).toMatchObject({
      severity: 'critical',
      require_ack: true,
      require_reattest: true,
    });
    const refused = await cordon.command('resolve', after.id);
    expect([refused.status, refused.body['code']]).toEqual([409, 'acknowledgement_required']);
    expect(await cordon.recover(after.id)).toMatchObject({ state: 'closed' });
  });

  it('takes the actions that the window adds, and releases them with the others', async () => {
    const at = nextHour();
    const ids = await reportAt('forbidden_airlock_request', [at, at, at, at, at]);
    const last = ids.at(-1) ?? '';
    const { containment_actions } = await cordon.untilState(last, 'contained');
    expect(containment_actions.map(({ action, status }) => [action, status])).toEqual([
      ['log_alert', 'contained'],
      ['freeze_agent', 'contained'],
      ['disable_airlock', 'contained'],
    ]);
    expect(await cordon.statusOf('airlock')).toMatchObject({ disabled: true });
    const { containment_actions: undone } = await cordon.recover(last);
    // The windows above have left incidents that hold the same.
    expect(undone.map(({ status }) => status)).toEqual(['contained', 'kept', 'kept']);
  });
});

it('counts the repeats of one Idempotency-Key once', async () => {
  const occurred_at = new Date(nextHour()).toISOString();
  const told = { class: 'policy_bypass_attempt', occurred_at };
  const repeats = await Promise.all(
    [1, 2, 3].map(() => cordon.report(told, { 'idempotency-key': 'the-same' })),
  );
  expect(new Set(repeats.map(({ id }) => id)).size).toBe(1);
  const [, second = ''] = await reportAt('policy_bypass_attempt', [nextHour(), hour]);
  await untilEscalated(second);
  expect(await escalatedAmong(repeats.map(({ id }) => id))).toEqual([]);
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
