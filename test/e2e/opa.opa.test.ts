import { gunzipSync } from 'node:zlib';
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
import { ownPorts } from '../support/own-ports.ts';
import { relayTo, type Relay } from '../support/relay.ts';
import { startOpa, type Opa } from '../support/senders/opa.ts';
import { tokenFileOf } from '../support/senders/sender.ts';

/** At home before Cordon is: what it cannot deliver, it keeps. */
let at: Place;
let relay: Relay;
let opa: Opa;
let cordon: Installation | undefined;
beforeAll(async () => {
  at = await place();
  const [port = 0] = await ownPorts(1);
  relay = await relayTo(`http://${at.env['BIND_ADDR']}`, port);
  const tokenFile = await tokenFileOf(at.home, 'opa');
  opa = await startOpa(inject('opa'), { url: relay.url, tokenFile });
});
afterAll(async () => {
  await opa.stop();
  relay.stop();
  await cordon?.stop();
  await remove(at);
});

function running(): Installation {
  if (cordon === undefined) throw new Error('Cordon has not been started');
  return cordon;
}

const detector = () => detectorOf(running(), 'opa');

/** What was denied to the agent, by the ids of the decisions that opened an incident. */
async function denials(agent: string): Promise<Incident[]> {
  const { body } = await running().api('GET', '/api/v1/incidents?class=policy_bypass_attempt');
  return (body['list'] as Incident[]).filter(({ subject }) => subject.agent === agent);
}

it(
  'a denial that is logged while Cordon is down is an incident once it is up, what is allowed is not',
  async () => {
    const denied = await opa.decide({ agent: 'planner', tool: 'exec' });
    const allowed = await opa.decide({ agent: 'planner', tool: 'read' });
    expect([denied.result, allowed.result]).toEqual([false, true]);
    await eventually(
      () => relay.came,
      (came) => came.length > 1,
    );
    cordon = await installation({ at });
    await detector().untilTally(({ incident, unmatched }) => incident === 1 && unmatched === 1);
    const [opened] = await denials('planner');
    expect(opened).toMatchObject({
      severity: 'medium',
      source: 'opa',
      evidence: { tool: 'exec', path: 'agents/tools/allow', decision_id: denied.decision_id },
    });
    await cordon.untilState(opened?.id ?? '', 'contained');
    expect(await cordon.frozen({ agent: 'planner' })).toBe(true);
  },
  2 * STARTING_MS,
);

it('its chunks are compressed, and come with its token', () => {
  const [chunk] = relay.came;
  expect(chunk?.path).toBe('/api/v1/alerts/opa');
  expect(chunk?.headers).toMatchObject({ 'content-encoding': 'gzip' });
  expect(chunk?.headers.authorization).toMatch(/^Bearer /);
  expect(gunzipSync(chunk?.body ?? '').toString()).toMatch(/^\[\{.*\}\s*\]$/s);
});

it('a chunk that is sent again because the answer was lost counts once', async () => {
  const before = await detector().tally();
  relay.answers = 'are_lost';
  const { decision_id } = await opa.decide({ agent: 'poet', tool: 'exec' });
  await detector().untilTally(({ incident }) => incident === 2);
  const repeated = await detector().untilTally(
    ({ repeat = 0 }) => repeat > (before['repeat'] ?? 0),
  );
  relay.answers = 'pass';
  expect(repeated).toMatchObject({ incident: 2, unmatched: 1 });
  expect(await denials('poet')).toMatchObject([{ evidence: { decision_id } }]);
  // It goes on with what comes next.
  await opa.decide({ agent: 'poet', tool: 'read' });
  await detector().untilTally(({ unmatched }) => unmatched === 2);
  expect(await detector().tally()).toMatchObject({ incident: 2, unmatched: 2 });
});
