import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.ts';
import {
  installation,
  place,
  remove,
  STARTING_MS,
  type Installation,
  type Place,
} from '../support/installation.ts';

const CONTAINERS = 50;
const PATIENCE_MS = 240_000;
const IMAGE = `practice/worker@sha256:${'5'.repeat(64)}`;

/** Fifty agents that run one image, each with shared state of its own. */
const INVENTORY = {
  version: 1,
  agents: Object.fromEntries(
    Array.from({ length: CONTAINERS }, (_, at) => [
      `agent-${at}`,
      { host: 'web', container: `agent-${at}`, image: IMAGE, state: [`state-${at}`] },
    ]),
  ),
};

let at: Place;
let cordon: Installation;
beforeAll(async () => {
  at = await place();
  const policy = dirname(at.env['CONTAINMENT_POLICY_PATH'] ?? '');
  await writeFile(join(policy, 'inventory.yaml'), stringify(INVENTORY));
  cordon = await installation({ at });
}, STARTING_MS);
afterAll(async () => {
  await cordon.stop();
  await remove(at);
}, STARTING_MS);

const recycled = (incident: Awaited<ReturnType<Installation['incident']>>) =>
  incident.containment_actions.filter(
    ({ on, status }) => on?.action === 'recycle_container' && status === 'contained',
  );

describe('a compromised image that fifty containers run', () => {
  it(
    'is blocked, and each is captured before it is recycled, once, whatever fails meanwhile',
    async () => {
      const told = { class: 'supply_chain_compromise', subject: { image: IMAGE } };
      const { id } = await cordon.report(told);
      await cordon.until(id, (incident) => recycled(incident).length > 0, PATIENCE_MS);
      // What carries them out fails behind what it does, in the middle, and then the whole installation dies.
      await cordon.fault('containers', { fault: 'error_after_effect', count: 10 });
      await cordon.stop();
      cordon = await installation({ at });
      const whole = await eventually(
        () => approved(id),
        (incident) => recycled(incident).length === CONTAINERS,
        PATIENCE_MS,
      );
      // More than a person would want destroyed unasked.
      expect(await cordon.events(id, 'breaker_held')).not.toEqual([]);
      const blocked = whole.containment_actions.find(({ action }) => action === 'block_image');
      expect(blocked?.status).toBe('contained');
      const effects = await cordon.effects('containers');
      expect(effects.filter(({ path }) => path === '/api/v1/recycle')).toHaveLength(CONTAINERS);
      expect(effects.every((effect) => effect.effects === 1)).toBe(true);
      expect(await capturedFirst(id)).toBe(CONTAINERS);
    },
    PATIENCE_MS,
  );

  it('has wedged no workflow', async () => {
    expect(await cordon.wedged()).toEqual([]);
  });
});

/** A person lets the breaker's holds go on, as they come. */
async function approved(id: string) {
  const incident = await cordon.incident(id);
  const isHeld = incident.breaker?.held.some(({ state }) => state === 'waiting');
  const path = `/api/v1/incidents/${id}/decisions/breaker`;
  if (isHeld === true) await cordon.api('POST', path, { verdict: 'approve' });
  return incident;
}

/** How many were recycled after evidence of them was kept, by the order in which the ledger tells of it. */
async function capturedFirst(id: string): Promise<number> {
  const entries = await cordon.entries(id);
  const { containment_actions } = await cordon.incident(id);
  const container = new Map(containment_actions.map((a) => [a.action, a.on?.subject.container]));
  const captured = new Set<string>();
  const inTime = new Set<string>();
  for (const { type, body } of entries) {
    const of = Object(body['of']);
    if (type === 'captured' && body['receipt'] !== null) captured.add(String(of.container));
    const name = container.get(String(Object(body['result']).action)) ?? '';
    if (type === 'action' && captured.has(name)) inTime.add(name);
  }
  return inTime.size;
}
