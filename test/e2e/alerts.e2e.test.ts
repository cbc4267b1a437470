import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectorOf } from '../support/detector.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';
import { writePolicy, type PolicyChanges } from '../support/policy-directory.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** Rules about events of Falco whose subject is an agent, and whose severity is theirs. */
const ruleFor = (name: string, ofClass: string, fan_in = false) => ({
  name,
  when: `alert.rule == '${name}'`,
  class: ofClass,
  severity: 'alert.priority',
  subject: { host: 'alert.hostname', agent: 'alert.output_fields.agent' },
  fan_in,
});

const POLICY: PolicyChanges = {
  reporters: {
    reporters: { falco: { classes: ['prompt_injection', 'tool_call_burst'], formats: ['falco'] } },
  },
  detectors: {
    falco: [
      ruleFor('injection', 'prompt_injection'),
      ruleFor('burst', 'tool_call_burst'),
      ruleFor('worm', 'tool_call_burst', true),
    ],
  },
};

let cordon: Installation;
let falco: ReturnType<typeof detectorOf>;
beforeAll(async () => {
  cordon = await installation({ policy: POLICY });
  falco = detectorOf(cordon, 'falco');
}, STARTING_MS);
afterAll(() => cordon.stop());

let written = 0;

/** What becomes of one more event, which no other is like. */
async function seen(rule: string, priority: string, agent: string, host = 'host-1') {
  const time = new Date(Date.now() - 1_000).toISOString().replace('Z', `${(written += 1)}Z`);
  const event = { rule, priority, time, hostname: host, output: rule, output_fields: { agent } };
  const { alerts } = await falco.send('falco', JSON.stringify(event));
  const [alert] = alerts;
  if (alert === undefined) throw new Error('the answer says nothing of the event');
  return alert;
}

/** The incident that the first event of its cause opens, contained. */
async function opened(rule: string, priority: string, agent: string, host?: string) {
  const { outcome, incident_id } = await seen(rule, priority, agent, host);
  expect(outcome).toBe('incident');
  await cordon.untilState(incident_id, 'contained');
  return incident_id;
}

const actionsOf = async (id: string) =>
  (await cordon.incident(id)).containment_actions.map(({ action, status }) => [action, status]);

describe('further alerts of a cause', () => {
  it('escalate its incident as reports of their own would', async () => {
    const id = await opened('injection', 'high', 'poet');
    for (let more = 0; more < 2; more += 1) {
      expect(await seen('injection', 'high', 'poet')).toMatchObject({
        outcome: 'observation',
        incident_id: id,
      });
    }
    const escalated = await cordon.until(id, ({ escalated_at }) => escalated_at !== '');
    expect(escalated).toMatchObject({
      severity: 'critical',
      require_ack: true,
      require_reattest: true,
    });
    expect(await cordon.events(id, 'escalated')).toMatchObject([{ from: 'high', count: 3 }]);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
  });

  it('raise it where they are more severe, and what the policy asks for by then is done', async () => {
    const id = await opened('burst', 'medium', 'painter');
    expect(await actionsOf(id)).toEqual([['freeze_agent', 'contained']]);
    const rules = { tool_call_burst: { actions: ['freeze_agent', 'disable_airlock'] } };
    await writePolicy(`${cordon.home}/policy`, { ...POLICY, containment: { rules } });
    expect((await cordon.api('POST', '/api/v1/reload', {})).status).toBe(200);

    expect(await seen('burst', 'high', 'painter')).toMatchObject({ outcome: 'observation' });
    await cordon.until(id, ({ containment_actions }) =>
      containment_actions.some(
        (each) => each.action === 'disable_airlock' && each.status === 'contained',
      ),
    );
    expect(await cordon.incident(id)).toMatchObject({ severity: 'high', state: 'contained' });
    expect(await cordon.events(id, 'raised')).toMatchObject([{ from: 'medium' }]);
    expect(await actionsOf(id)).toEqual([
      ['freeze_agent', 'contained'],
      ['disable_airlock', 'contained'],
    ]);
    expect(await cordon.statusOf('airlock')).toMatchObject({ disabled: true });
    await cordon.recover(id);
    expect(await cordon.statusOf('airlock')).toMatchObject({ disabled: false });
    await writePolicy(`${cordon.home}/policy`, POLICY);
    expect((await cordon.api('POST', '/api/v1/reload', {})).status).toBe(200);
  });

  it('open an incident of their own where they are critical, and it was not', async () => {
    const id = await opened('burst', 'high', 'sculptor');
    const grave = await seen('burst', 'critical', 'sculptor');
    expect(grave).toMatchObject({ outcome: 'incident' });
    expect(grave.incident_id).not.toBe(id);
  });

  it('widen it to their subjects where the rule says so, and one resolution releases all', async () => {
    const id = await opened('worm', 'high', 'ann', 'host-2');
    expect(await seen('worm', 'high', 'ben', 'host-3')).toMatchObject({
      outcome: 'observation',
      incident_id: id,
    });
    const agents = [
      { host: 'host-2', agent: 'ann' },
      { host: 'host-3', agent: 'ben' },
    ];
    await cordon.until(
      id,
      ({ state, containment_actions }) =>
        state === 'contained' &&
        containment_actions.filter(({ status }) => status === 'contained').length === 2,
    );
    for (const agent of agents) expect(await cordon.frozen(agent)).toBe(true);
    expect(await cordon.events(id, 'widened')).toMatchObject([{ subject: agents[1] }]);
    await cordon.recover(id);
    for (const agent of agents) expect(await cordon.frozen(agent)).toBe(false);
  });
});

describe('what people know of causes', () => {
  it('joins two incidents, and takes one alert out again', async () => {
    const first = await opened('burst', 'medium', 'cook', 'host-4');
    const second = await opened('burst', 'medium', 'maid', 'host-4');
    const reason = 'one and the same prompt';
    const merged = await cordon.api('POST', '/api/v1/incidents/merge', {
      ...{ id: first, into: second, reason },
    });
    expect([merged.status, merged.body['id']]).toEqual([200, first]);
    const joined = await seen('burst', 'medium', 'cook', 'host-4');
    expect(joined).toMatchObject({ outcome: 'observation', incident_id: second });

    const identity = await observedIn(second);
    const split = await cordon.api('POST', '/api/v1/incidents/split', {
      ...{ id: second, alert: identity, reason: 'it was not' },
    });
    const third = String(split.body['id']);
    expect([split.status, [first, second].includes(third)]).toEqual([200, false]);
    await cordon.untilState(third, 'contained');
    expect(await seen('burst', 'medium', 'cook', 'host-4')).toMatchObject({ incident_id: third });
    for (const id of [first, second, third]) await cordon.recover(id);
    expect(await cordon.frozen({ host: 'host-4', agent: 'cook' })).toBe(false);
  });

  it('does so by the command line as well', async () => {
    const first = await opened('burst', 'medium', 'cook', 'host-5');
    const second = await opened('burst', 'medium', 'maid', 'host-5');
    await command('merge', first, second, '--reason', 'one and the same prompt');
    const joined = await seen('burst', 'medium', 'cook', 'host-5');
    expect(joined.incident_id).toBe(second);
    const identity = (await observedIn(second)).slice(0, 12);
    const third = await command('split', second, identity, '--reason', 'it was not');
    await cordon.untilState(third, 'contained');
    expect(await seen('burst', 'medium', 'cook', 'host-5')).toMatchObject({ incident_id: third });
  });

  /** The identity of the one alert that joined it. */
  async function observedIn(incident: string): Promise<string> {
    const { body } = await cordon.api('GET', `/api/v1/alerts?incident=${incident}`);
    const listed = body['list'] as { identity: string; outcome: string }[];
    const joined = listed.filter(({ outcome }) => outcome === 'observation');
    expect(joined).toHaveLength(1);
    return joined[0]?.identity ?? '';
  }

  /** The incident that the command is answered with. */
  async function command(...args: string[]): Promise<string> {
    const program = ['--disable-warning=ExperimentalWarning', MAIN, '--json', 'incidents', ...args];
    const { stdout } = await promisify(execFile)(process.execPath, program, { env: cordon.env });
    const { id }: { id: string } = JSON.parse(stdout);
    return id;
  }
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
