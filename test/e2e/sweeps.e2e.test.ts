import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TASK_QUEUE } from '../../src/domain/messages.ts';
import { RETENTION_SWEEP, VERIFICATION_SWEEP } from '../../src/domain/sweeps.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

/** What is captured is over its date at once. */
const SHORT = { capture: { retention: { evidence: '1ms', memory: '1ms' } } };

let cordon: Installation;
let id = '';
beforeAll(async () => {
  cordon = await installation({ policy: { recovery: SHORT } });
  ({ id } = await cordon.report({ class: 'attestation_failure', subject: {} }));
  await cordon.untilState(id, 'contained');
}, STARTING_MS);
afterAll(() => cordon.stop());

/** One run now, as the schedule would start it, to its end. */
const sweep = (workflow: string) =>
  cordon.client.workflow.execute(workflow, { taskQueue: TASK_QUEUE, workflowId: randomUUID() });

const sweptSchema = z.looseObject({ finished_at: z.string() }).nullable();
const healthSchema = z.looseObject({
  status: z.string(),
  custody: z.looseObject({ retention_sweep: sweptSchema, verification_sweep: sweptSchema }),
});
const health = async () => healthSchema.parse(await (await fetch(`${cordon.url}/health`)).json());

const violations = async () => {
  const response = await fetch(`${cordon.url}/api/v1/incidents?class=evidence_violation`);
  return z.array(z.looseObject({ severity: z.string() })).parse(await response.json());
};

describe('the sweeps of an installation', () => {
  it('mark what is over its date, and keep its bytes for the day after', async () => {
    await eventually(
      async () => {
        await sweep(RETENTION_SWEEP);
        return cordon.events(id, 'custody');
      },
      (touches) => touches.some(({ touch }) => touch === 'marked'),
    );
    const touches = await cordon.events(id, 'custody');
    expect(touches.map(({ touch }) => touch)).not.toContain('removing');
    expect(touches[0]).toMatchObject({ who: { name: 'cordon' } });
    const { retention_sweep } = (await health()).custody;
    expect(retention_sweep).toMatchObject({ removed: 0, refused: 0, unfinished: false });
  });

  it('find nothing while nothing is lost', async () => {
    await sweep(VERIFICATION_SWEEP);
    expect((await health()).custody).toMatchObject({ verification_sweep: { misses: 0 } });
    expect(await violations()).toEqual([]);
  });

  it('open one critical incident for an object that is lost, however often it is missed', async () => {
    const objects = await captures();
    for (const sha256 of objects) {
      const path = join(cordon.home, 'evidence/objects/sha256', sha256.slice(0, 2), sha256);
      await rename(path, `${path}.lost`);
    }
    // Each run reads back a share: all have had their turn after a week of them.
    for (let day = 0; day < 7; day += 1) await sweep(VERIFICATION_SWEEP);
    await eventually(violations, (found) => found.length === objects.length);
    let missed = 0;
    for (let day = 0; day < 7; day += 1) {
      await sweep(VERIFICATION_SWEEP);
      const { status, custody } = await health();
      const { misses } = z.looseObject({ misses: z.int() }).parse(custody.verification_sweep);
      expect(status).toBe(misses > 0 ? 'degraded' : 'ok');
      missed += misses;
    }
    expect(missed).toBeGreaterThanOrEqual(objects.length);
    const found = await violations();
    expect(found).toHaveLength(objects.length);
    expect(found.every(({ severity }) => severity === 'critical')).toBe(true);
  });
});

/** The digests of two objects that were captured, and are no manifest. */
async function captures(): Promise<string[]> {
  const events = await cordon.events(id, 'captured');
  const digests = events.flatMap(({ artifacts }) => artifacts.map(({ sha256 }) => sha256));
  return [...new Set(digests)].slice(0, 2);
}
