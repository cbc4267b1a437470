import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effectKey } from '../../src/domain/idempotency.ts';
import { callRange } from '../../src/range/client.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

/** Longer than the guard takes between two looks. */
const NOTICED_WITHIN_MS = 40_000;

describe('an agent that is thawed behind our back', () => {
  const subject = { host: 'drifting', agent: 'planner' };

  it('is frozen again by itself, and what was bound to the lost containment is void', async () => {
    const { id } = await cordon.report({ class: 'unauthorized_access', subject });
    await cordon.untilState(id, 'contained');
    expect((await cordon.command('acknowledge', id)).status).toBe(200);

    await thaw(id);
    expect(await cordon.frozen(subject)).toBe(false);

    const regained = await eventually(
      () => cordon.events(id, 'action'),
      (actions) => actions.filter(({ result }) => result.action === 'freeze_agent').length === 3,
      NOTICED_WITHIN_MS,
    );
    expect(regained.at(-2)?.result).toMatchObject({ status: 'failed', reason: 'lost' });
    expect(regained.at(-1)?.result).toMatchObject({ status: 'contained' });
    expect(await cordon.frozen(subject)).toBe(true);
    expect(await cordon.events(id, 'containment_failed')).toHaveLength(1);
    const incident = await cordon.untilState(id, 'contained');
    expect(incident.acked_at).toBe('');

    const again = effectKey(id, { action: 'freeze_agent', target: 'agent' }, 'apply', 1);
    expect(await cordon.effects('agent', again)).toMatchObject([{ effects: 1 }]);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
    expect(await cordon.frozen(subject)).toBe(false);
  });

  async function thaw(id: string): Promise<void> {
    const body = { action: 'freeze_agent', reason: 'a restart', incident_id: id, subject };
    const { status } = await callRange(cordon.home, 'agent', 'POST', '/api/v1/unfreeze', body);
    expect(status).toBe(200);
  }
});
