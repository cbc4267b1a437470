import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { pause, until } from '../support/processes.ts';
import { type Answer, everyIncident } from './api.ts';
import { isInForce, targetActions, workflows, wrongEffects } from './audit.ts';
import { report, type Sighting } from './detector.ts';
import { type SeparateParts, separateParts } from './separate-parts.ts';
import { outboxSize } from './stored.ts';

const REPORTS = 300;
const AT_ONCE = 16;
/** Spread over the whole flood. */
const CRITICAL_OF = 10;

/** A flood must not make a detector wait; the bench says how quick it is. */
const ANSWERED_WITHIN_MS = 2_000;

/** Long enough for a client that backs off for ever longer to be caught asleep when the engine is back. */
const AWAY_MS = 45_000;
const NOTICED_WITHIN_MS = 8_000;

/** Room for a machine that has much else to do: what is asked is that all of it happens. */
const CAUGHT_UP_WITHIN_MS = 150_000;

/** A dispatcher has this many starts under way, of whatever there was when the first of them was refused. */
const IN_FLIGHT = 12;

let parts: SeparateParts;
let answers: Answer[] = [];
let incidents: Incident[] = [];

beforeAll(async () => {
  parts = await separateParts();
  await Promise.all([parts.engine.start(), parts.range.start(), parts.server.start()]);
  await parts.worker.start();
  await parts.engine.kill();
  const awaySince = performance.now();
  answers = await flood();
  await pause(Math.max(0, AWAY_MS - (performance.now() - awaySince)));
  incidents = await everyIncident(place());
}, 180_000);

afterAll(() => parts.remove(), 60_000);

describe('while the engine is away', () => {
  it('answers every report with 201, and in good time', () => {
    expect(answers.map(({ status }) => status)).toEqual(Array(REPORTS).fill(201));
    expect(Math.max(...answers.map(({ tookMs }) => tookMs))).toBeLessThan(ANSWERED_WITHIN_MS);
    expect(incidents).toHaveLength(REPORTS);
    expect(outboxSize(parts.home)).toBe(REPORTS);
  });

  it('freezes every agent by reflex', async () => {
    const frozen = await Promise.all(
      incidents.map((i) => isInForce(parts.home, i, 'freeze_agent')),
    );
    expect(frozen).toEqual(Array(REPORTS).fill(true));
  });
});

describe('when the engine is back', () => {
  it('starts every incident without a restart and without waiting, the critical ones first', async () => {
    await parts.engine.start();
    await until(() => outboxSize(parts.home) < REPORTS, 'the first is started', NOTICED_WITHIN_MS);
    await until(() => outboxSize(parts.home) === 0, 'all are started', CAUGHT_UP_WITHIN_MS);
    const started = await parts.engine.asClient(workflows);
    const order = started
      .toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime())
      .map(({ workflowId }) => incidents.find(({ id }) => id === workflowId)?.severity);
    expect(order).toHaveLength(REPORTS);
    const critical = order.filter((severity) => severity === 'critical').length;
    expect(order.lastIndexOf('critical')).toBeLessThan(critical + IN_FLIGHT);
  }, 180_000);

  it('contains them all, and does no effect twice that the reflex has had', async () => {
    const isContained = async () => {
      incidents = await everyIncident(place());
      return incidents.every(({ state }) => state === 'contained');
    };
    await until(isContained, 'all are contained', CAUGHT_UP_WITHIN_MS);
    expect(wrongEffects(parts.home, incidents)).toEqual([]);
    expect(incidents.flatMap(targetActions).every(({ status }) => status === 'contained')).toBe(
      true,
    );
  }, 180_000);
});

async function flood(): Promise<Answer[]> {
  const waiting = Array.from({ length: REPORTS }, (_, number) => sighting(number));
  const all: Answer[] = [];
  const detector = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      all.push(await report(place(), next));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, detector));
  return all;
}

function sighting(number: number): Sighting {
  const subject = { host: `host-${number % 7}`, agent: `agent-${number}` };
  const key = `away-${number}`;
  return number % CRITICAL_OF === CRITICAL_OF - 1
    ? { key, class: 'attestation_failure', subject }
    : { key, class: 'tool_call_burst', severity: 'low', subject };
}

function place() {
  return { home: parts.home, url: parts.server.url };
}
