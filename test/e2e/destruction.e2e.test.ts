import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyLocalEvidence } from '../../src/local-evidence.ts';
import { eventually } from '../support/eventually.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

/** An airlock that is disabled with all that is in it. */
const DESTRUCTIVE = { disable_airlock: { destructive: true } };

let cordon: Installation;
let destroyed = '';
beforeAll(async () => {
  cordon = await installation({
    policy: {
      targets: { actions: DESTRUCTIVE },
      recovery: { capture: { deadline: '700ms' } },
    },
  });
}, STARTING_MS);
afterAll(() => cordon.stop());

describe('an action that destroys evidence', () => {
  it('is the last of all, after evidence was kept and signed', async () => {
    const { id } = await cordon.report({ class: 'attestation_failure', subject: {} });
    const { containment_actions, evidence_receipt } = await cordon.untilState(id, 'contained');
    destroyed = id;
    expect(containment_actions.every(({ status }) => status === 'contained')).toBe(true);
    expect(evidence_receipt).toMatchObject({ incident_id: id, gaps: 0 });
    const told = (await cordon.events(id, 'action')).map(({ result }) => result.action);
    expect(told.at(-1)).toBe('disable_airlock');
    expect(await cordon.events(id, 'evidence_gate')).toEqual([]);
  });

  it('leaves evidence that is read back at any time, and missed where it is gone', async () => {
    const { misses, manifests } = await verifyLocalEvidence(cordon.env);
    expect([misses, manifests]).toEqual([[], 1]);
    const captures = await cordon.events(destroyed, 'captured');
    const captured = captures.find(({ receipt }) => receipt !== null);
    const { sha256 = '' } = captured?.artifacts[0] ?? {};
    const object = join(cordon.home, 'evidence', 'objects', 'sha256', sha256.slice(0, 2), sha256);
    await rename(object, `${object}.away`);
    const missed = await verifyLocalEvidence(cordon.env);
    await rename(`${object}.away`, object);
    expect(missed.misses).toMatchObject([{ sha256, reason: 'missing' }]);
  });

  it('is held while nothing could be kept, and everything else goes on', async () => {
    for (const name of ['agent', 'airlock', 'vault'] as const) {
      await cordon.fault(name, { fault: 'slow', ms: 1_500 });
    }
    const before = await cordon.effects('airlock');
    const { id } = await cordon.report({ class: 'attestation_failure', subject: { agent: 'b' } });
    const gates = () => cordon.events(id, 'evidence_gate');
    const [gate] = await eventually(gates, (told) => told.length > 0);
    await cordon.until(id, (incident) => incident.containment_actions[2]?.attempts !== 0);
    expect(gate).toMatchObject({ decision: 'hold', actions: ['disable_airlock'] });
    const { containment_actions, state } = await cordon.incident(id);
    expect(state).not.toBe('contained');
    expect(containment_actions.map(({ action, attempts }) => [action, attempts > 0])).toEqual([
      ['freeze_agent', true],
      ['disable_airlock', false],
      ['force_vault_relock', true],
    ]);
    expect(await cordon.effects('airlock')).toEqual(before);
  });

  it('has wedged no workflow', async () => {
    expect(await cordon.wedged()).toEqual([]);
  });
});
