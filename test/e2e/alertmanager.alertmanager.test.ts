import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { detectorOf } from '../support/detector.ts';
import { eventually } from '../support/eventually.ts';
import {
  installation,
  place,
  remove,
  STARTING_MS,
  type Installation,
  type Place,
} from '../support/installation.ts';
import { startAlertmanager, type Alertmanager } from '../support/senders/alertmanager.ts';
import { tokenFileOf } from '../support/senders/sender.ts';

const INJECTION = { alertname: 'PromptInjectionDetected', severity: 'warning', agent: 'planner' };

/** At home before Cordon is: what it cannot deliver, it keeps. */
let at: Place;
let alertmanager: Alertmanager;
let cordon: Installation | undefined;
beforeAll(async () => {
  at = await place();
  const url = `http://${at.env['BIND_ADDR']}/api/v1/alerts/alertmanager`;
  const tokenFile = await tokenFileOf(at.home, 'alertmanager');
  const webhook = { url, user: 'alertmanager', tokenFile };
  alertmanager = await startAlertmanager(inject('alertmanager'), webhook);
});
afterAll(async () => {
  await alertmanager.stop();
  await cordon?.stop();
  await remove(at);
});

async function incidents(): Promise<Incident[]> {
  const { body } = await running().api('GET', '/api/v1/incidents');
  return body['list'] as Incident[];
}

function running(): Installation {
  if (cordon === undefined) throw new Error('Cordon has not been started');
  return cordon;
}

const detector = () => detectorOf(running(), 'alertmanager');

it(
  'an alert that fires while Cordon is down is an incident once it is up',
  async () => {
    await alertmanager.fire(INJECTION);
    await eventually(
      () => alertmanager.failures(),
      (count) => count > 0,
    );
    cordon = await installation({ at });
    await detector().untilTally(({ incident }) => incident === 1);
    const [opened] = await incidents();
    expect(opened).toMatchObject({
      class: 'prompt_injection',
      severity: 'medium',
      source: 'alertmanager',
      subject: { agent: 'planner' },
    });
    await cordon.untilState(opened?.id ?? '', 'contained');
    expect(await cordon.frozen({ agent: 'planner' })).toBe(true);
  },
  2 * STARTING_MS,
);

it('it stays one incident, however often it is said again', async () => {
  await detector().untilTally(({ repeat = 0 }) => repeat >= 2);
  expect(await detector().tally()).toMatchObject({ incident: 1 });
  expect(await incidents()).toHaveLength(1);
});

it('that it is over opens nothing and closes nothing', async () => {
  await alertmanager.fire(INJECTION, new Date());
  const tally = await detector().untilTally(({ cleared }) => cleared === 1);
  expect(tally).toMatchObject({ incident: 1, cleared: 1 });
  expect(await incidents()).toMatchObject([{ state: 'contained' }]);
});

it('its webhook is known by name and password just as by a bearer token', async () => {
  await alertmanager.fire({ ...INJECTION, agent: 'poet', by: 'basic' });
  await detector().untilTally(({ incident }) => incident === 2);
  const subjects = (await incidents()).map(({ subject }) => subject.agent);
  expect(new Set(subjects)).toEqual(new Set(['planner', 'poet']));
});
