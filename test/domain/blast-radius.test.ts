import { describe, expect, it } from 'vitest';
import { blastRadiusOf, MOST_REACHED } from '../../src/domain/blast-radius.ts';
import { blastRadiusSchema, inventorySchema } from '../../src/domain/inventory.ts';
import type { Subject } from '../../src/domain/report.ts';

const GOOD = `sha256:${'a'.repeat(64)}`;
const BAD = `sha256:${'b'.repeat(64)}`;

const INVENTORY = inventorySchema.parse({
  version: 1,
  agents: {
    planner: {
      ...{ host: 'host-1', container: 'c1', image: `registry/agent@${BAD}` },
      identity: 'spiffe://cordon/planner',
      ...{ secrets: ['prod/db', 'prod/api'], state: ['plans'], consumers: ['writer', 'critic'] },
    },
    writer: { host: 'host-2', container: 'c1', image: BAD, state: ['plans', 'drafts'] },
    critic: { host: 'host-2', container: 'c2', image: GOOD, secrets: ['prod/db'] },
  },
  operators: { mallory: { vaults: ['prod', 'gone'], agents: ['critic'] } },
  vaults: { prod: ['db', 'api'] },
});

const radius = (subject: Subject) => blastRadiusOf(INVENTORY, subject, 'digest');
const C1 = { host: 'host-1', container: 'c1', agent: 'planner' };

describe('the reach of an agent', () => {
  const whole = {
    agents: [{ agent: 'planner' }],
    containers: [C1],
    identities: [{ identity: 'spiffe://cordon/planner' }],
    images: [{ image: BAD }],
    secrets: [{ secret: 'prod/api' }, { secret: 'prod/db' }],
    state: [{ state: 'plans' }],
    consumers: [{ agent: 'critic' }, { agent: 'writer' }],
  };

  it.each<Subject>([
    { agent: 'planner' },
    { host: 'host-1', agent: 'planner' },
    { host: 'host-1', container: 'c1' },
    { identity: 'spiffe://cordon/planner' },
    { host: 'host-1' },
    { host: 'host-1', process: '4711' },
  ])('is found by %j, sorted and once each', (subject) => {
    expect(radius(subject)).toEqual({ inventory: 'digest', reaches: whole, left_out: {} });
    expect(blastRadiusSchema.parse(radius(subject)).reaches).toEqual(whole);
  });

  it('covers containers of one name on every host where none is named', () => {
    expect(radius({ container: 'c1' }).reaches.agents).toHaveLength(2);
  });
});

describe('the reach of something else', () => {
  it('is of an image all that runs its digest, however it is written', () => {
    for (const image of [BAD, `other/name@${BAD}`]) {
      const { containers, images, state } = radius({ image }).reaches;
      expect(containers).toEqual([C1, { host: 'host-2', container: 'c1', agent: 'writer' }]);
      expect(images).toEqual([{ image: BAD }]);
      expect(state).toEqual([{ state: 'drafts' }, { state: 'plans' }]);
    }
  });

  it('is of a tag nothing that runs, since it may be another image by now', () => {
    const { agents, images } = radius({ host: 'host-1', image: 'registry/agent:latest' }).reaches;
    expect([agents, images]).toEqual([[], [{ image: 'registry/agent:latest' }]]);
  });

  it('is of an operator every secret of the vaults, and the agents', () => {
    const { agents, secrets } = radius({ operator: 'mallory' }).reaches;
    expect(agents).toEqual([{ agent: 'critic' }]);
    expect(secrets).toEqual([{ secret: 'prod/api' }, { secret: 'prod/db' }]);
  });

  it('is of a secret who can read it, and of a namespace who writes it', () => {
    expect(radius({ secret: 'prod/api' }).reaches.agents).toEqual([{ agent: 'planner' }]);
    expect(radius({ state: 'drafts' }).reaches.agents).toEqual([{ agent: 'writer' }]);
  });

  it('is itself where the inventory does not know it, and nothing of its host', () => {
    const { reaches } = radius({ host: 'host-1', container: 'unknown', agent: 'new' });
    expect(reaches.containers).toEqual([{ host: 'host-1', container: 'unknown', agent: 'new' }]);
    expect(reaches.agents).toEqual([{ agent: 'new' }]);
    expect(radius({ operator: 'constructor' }).reaches.agents).toEqual([]);
    expect(radius({}).reaches.agents).toEqual([]);
  });
});

it('is listed up to a limit, and what is left out is said', () => {
  const names = Array.from({ length: MOST_REACHED + 3 }, (_, at) => `agent-${at}`);
  const agents = Object.fromEntries(names.map((name) => [name, { host: 'big', image: GOOD }]));
  const inventory = inventorySchema.parse({ version: 1, agents });
  const { reaches, left_out } = blastRadiusOf(inventory, { image: GOOD }, '');
  expect(reaches.agents).toHaveLength(MOST_REACHED);
  expect(left_out).toEqual({ agents: 3 });
});
