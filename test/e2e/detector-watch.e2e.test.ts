import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import { detectorOf } from '../support/detector.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

const POLICY = {
  reporters: {
    reporters: {
      falco: { heartbeat: '2s' },
      hubble: { refusals: 3 },
      envoy: { rate: { per_second: 1, burst: 1 } },
    },
  },
};

const REQUEST = { start_time: '2026-01-02T03:04:05Z', response_code: 200, response_flags: '-' };
/** Of a source that may send one alert in a second. */
const SECONDS_OF_DEBT = 6;
let asked = 0;

let cordon: Installation;
beforeAll(async () => void (cordon = await installation({ policy: POLICY })), STARTING_MS);
afterAll(() => cordon.stop());

/** The incidents about one source that Cordon has reported itself. */
async function failures(source: string): Promise<Incident[]> {
  const { body } = await cordon.api('GET', '/api/v1/incidents?class=detector_failure');
  return (body['list'] as Incident[]).filter(({ evidence }) => evidence['source'] === source);
}

const untilFailure = (source: string) =>
  eventually(
    () => failures(source),
    (found) => found.length > 0,
  );

it('a source that sends more than its rate is told when to go on, and that is one incident', async () => {
  const envoy = detectorOf(cordon, 'envoy');
  // What was let in is taken whole, and paid for by those that come after it.
  const requests = (count: number) =>
    Array.from({ length: count }, () =>
      JSON.stringify({ ...REQUEST, request_id: `${(asked += 1)}` }),
    ).join('\n');
  expect((await envoy.post('envoy', requests(SECONDS_OF_DEBT))).status).toBe(200);
  const beyond = await envoy.post('envoy', requests(1));
  expect([beyond.status, beyond.body]).toMatchObject([429, { code: 'beyond_rate' }]);
  expect(Number(beyond.headers.get('retry-after'))).toBeGreaterThan(0);
  const [failure] = await untilFailure('envoy');
  expect(failure).toMatchObject({ severity: 'medium', evidence: { kind: 'rate' } });
  await eventually(
    () => envoy.post('envoy', requests(1)),
    ({ status }) => status === 200,
  );
  expect(await failures('envoy')).toHaveLength(1);
});

it('calls in the name of a source with no valid credential are one incident, once they are many', async () => {
  const call = (authorization: string) =>
    fetch(`${cordon.url}/api/v1/alerts/hubble`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: '{}',
    });
  const basic = (password: string) => `Basic ${btoa(`hubble:${password}`)}`;
  for (const authorization of ['Bearer guessed', basic('guessed')]) {
    expect((await call(authorization)).status).toBe(401);
  }
  expect(await failures('hubble')).toEqual([]);
  for (const password of ['again', 'and again', 'and again']) {
    expect((await call(basic(password))).status).toBe(401);
  }
  expect(await untilFailure('hubble')).toMatchObject([{ evidence: { kind: 'refusals' } }]);
});

it('a source that falls silent is an incident, which says since when', async () => {
  const falco = detectorOf(cordon, 'falco');
  const time = new Date().toISOString();
  await falco.send(
    'falco',
    JSON.stringify({ rule: 'any', priority: 'Debug', output: 'alive', time }),
  );
  const [failure] = await untilFailure('falco');
  expect(failure).toMatchObject({ class: 'detector_failure', evidence: { kind: 'silence' } });
  expect(failure?.description).toMatch(/^Nothing was heard of falco since /);
  expect(failure?.source).toBe('cordon');
  // It contains nothing, and waits for nobody but whoever looks at it.
  expect(await cordon.recover(failure?.id ?? '')).toMatchObject({ resolved_by: 'admin' });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
