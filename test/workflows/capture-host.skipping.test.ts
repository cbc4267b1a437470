import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostCaptureRequest } from '../../src/domain/activities.ts';
import { SIGNALS } from '../../src/domain/messages.ts';
import type { Plan } from '../../src/domain/plan.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { CAPTURED, NO_CAPTURE } from '../support/captures.ts';
import { COURSE } from '../support/incidents.ts';
import { stage } from './stage.ts';

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()), 60_000);
afterAll(() => on.stop());

const MINUTE_MS = 60_000;
const capture = { ...NO_CAPTURE, host_ms: 60_000 };

/** What was asked of the host, for an incident that the counter has escalated. */
async function asked(escalatesTo: Severity, host_ms = capture.host_ms) {
  const requests: HostCaptureRequest[] = [];
  const course = { ...COURSE, capture: { ...capture, host_ms } };
  const plan: Partial<Plan> = {
    ...course,
    severity: 'medium',
    escalation: { threshold: 2, window_ms: 1, course: { ...course, severity: escalatesTo } },
  };
  const { handle, give } = await on.start(plan, {
    captureHost: async (request) => {
      requests.push(request);
      return CAPTURED;
    },
  });
  await on.environment.sleep(MINUTE_MS);
  await handle.signal(SIGNALS.escalate, { count: 2 });
  await on.environment.sleep(MINUTE_MS);
  if (escalatesTo === 'critical') await give('acknowledge');
  await give('resolve');
  return requests.map(({ severity }) => severity);
}

describe('an incident that escalates', () => {
  it('is captured from again where it has become critical: memory is taken only then', async () => {
    expect(await asked('critical')).toEqual(['medium', 'critical']);
  });

  it('is not captured from again where it is less than critical', async () => {
    expect(await asked('high')).toEqual(['medium']);
  });

  it('is captured from at no time where no host can be', async () => {
    expect(await asked('critical', 0)).toEqual([]);
  });
});
