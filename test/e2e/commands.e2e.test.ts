import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Command } from '../../src/domain/ceremony.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

let hosts = 0;

/** A contained incident on a host of its own. */
async function contained(incidentClass: string): Promise<string> {
  const subject = { host: `host-${(hosts += 1)}` };
  const { id } = await cordon.report({ class: incidentClass, subject });
  await cordon.untilState(id, 'contained');
  return id;
}

/** Status and, where it is a refusal, its code. */
async function give(command: Command, id: string, headers: Record<string, string> = {}) {
  const { status, body } = await cordon.command(command, id, { headers });
  return status === 200 ? 200 : [status, body['code']];
}

const count = async (id: string, type: 'acknowledged' | 'attestation' | 'resolved' | 'closed') =>
  (await cordon.events(id, type)).length;

describe('a command out of order', () => {
  it('is refused with what is missing, and changes nothing', async () => {
    const id = await contained('attestation_failure');
    const before = await cordon.incident(id);
    expect(await give('close', id)).toEqual([409, 'not_resolved']);
    expect(await give('resolve', id)).toEqual([409, 'acknowledgement_required']);
    expect(await cordon.incident(id)).toEqual(before);
    expect(await give('acknowledge', id)).toBe(200);
    expect(await give('resolve', id)).toEqual([409, 'reattestation_required']);
    await cordon.recover(id);
  });

  it('is accepted where either order will do: re-attestation before acknowledgement', async () => {
    const id = await contained('integrity_violation');
    expect(await give('reattest', id)).toBe(200);
    expect(await give('resolve', id)).toEqual([409, 'acknowledgement_required']);
    expect(await give('acknowledge', id)).toBe(200);
    expect(await give('resolve', id)).toBe(200);
  });

  it('is refused where it is not required', async () => {
    const id = await contained('tool_call_burst');
    expect(await give('reattest', id)).toEqual([409, 'not_required']);
    await cordon.recover(id);
  });
});

describe('a command for an incident that is not there', () => {
  it.each(['acknowledge', 'reattest', 'resolve', 'close'] as const)('%s: 404', async (command) => {
    const nobody = 'INC-20260314-120000-00000000';
    expect(await give(command, nobody)).toEqual([404, 'incident_not_found']);
  });
});

describe('a command that is repeated', () => {
  it('is answered as before and recorded once, until the incident is closed', async () => {
    const id = await contained('unauthorized_access');
    for (const command of ['acknowledge', 'reattest', 'resolve'] as const) {
      expect(await give(command, id)).toBe(200);
      expect(await give(command, id)).toBe(200);
    }
    await cordon.until(id, ({ bundle }) => bundle !== null);
    expect(await give('acknowledge', id)).toEqual([409, 'already_resolved']);
    expect(await give('close', id)).toBe(200);
    expect(await give('close', id)).toBe(200);
    expect(await give('resolve', id)).toEqual([409, 'already_closed']);
    expect(await give('acknowledge', id)).toEqual([409, 'already_closed']);
    const types = ['acknowledged', 'attestation', 'resolved', 'closed'] as const;
    for (const type of types) expect(await count(id, type)).toBe(1);
  });

  it('with one Idempotency-Key is one command, though the first was given long ago', async () => {
    const id = await contained('manifest_mismatch');
    const key = { 'idempotency-key': 'click' };
    const answers = await Promise.all([1, 2, 3].map(() => give('acknowledge', id, key)));
    expect([...answers, await give('acknowledge', id, key)]).toEqual([200, 200, 200, 200]);
    expect(await count(id, 'acknowledged')).toBe(1);
    await cordon.recover(id);
  });
});

describe('commands that come at once', () => {
  it('each have an answer of their own, and one of each kind is recorded', async () => {
    const id = await contained('attestation_failure');
    const many = Array.from({ length: 4 }, () => ['acknowledge', 'reattest', 'resolve'] as const);
    const answers = await Promise.all(many.flat().map((command) => give(command, id)));
    const missing = ['acknowledgement_required', 'reattestation_required', 'already_resolved'];
    const defined = [200, ...missing.map((code) => [409, code])];
    for (const answer of answers) expect(defined).toContainEqual(answer);
    expect(await give('resolve', id)).toBe(200);
    await cordon.until(id, ({ bundle }) => bundle !== null);
    expect(await count(id, 'acknowledged')).toBe(1);
    expect(await count(id, 'resolved')).toBe(1);
    expect(await give('close', id)).toBe(200);
  });

  it('as the report itself: an acknowledgement given at once holds for the finished containment', async () => {
    const { id } = await cordon.report({
      class: 'manifest_mismatch',
      subject: { host: 'at-once' },
    });
    await cordon.recover(id);
    expect(await cordon.incident(id)).toMatchObject({ state: 'closed', acked_by: 'admin' });
    const order = (await cordon.entries(id)).map(({ type }) => type);
    expect(order.indexOf('acknowledged')).toBeGreaterThan(order.indexOf('contained'));
  });
});

describe('a host that is not believed', () => {
  afterEach(async () => {
    await cordon.trust('attestor', 'trusted');
    await cordon.fault('attestor', { fault: 'none' });
  });

  const refusedBecause = async (id: string, reason: string) => {
    expect(await give('reattest', id)).toEqual([409, 'attestation_refused']);
    expect(await cordon.incident(id)).toMatchObject({
      state: 'contained',
      re_attested_at: '',
      attestation_refused: reason,
    });
    expect(await give('resolve', id)).toEqual([409, 'reattestation_required']);
  };

  it('stays contained, and is believed once it is well and answers this very challenge', async () => {
    const id = await contained('attestation_failure');
    expect(await give('acknowledge', id)).toBe(200);
    await cordon.trust('attestor', 'failed');
    await refusedBecause(id, 'not_trusted');
    await cordon.trust('attestor', 'trusted');
    await cordon.fault('attestor', { fault: 'lying' });
    await refusedBecause(id, 'wrong_nonce');
    await cordon.fault('attestor', { fault: 'none' });
    expect(await give('reattest', id)).toBe(200);
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed', attestation_refused: '' });
  });

  it('is not judged while its attestor is down: 503, and nothing is recorded', async () => {
    const id = await contained('attestation_failure');
    await cordon.fault('attestor', { fault: 'down' });
    expect(await give('reattest', id)).toEqual([503, 'attestor_unavailable']);
    expect(await count(id, 'attestation')).toBe(0);
    await cordon.fault('attestor', { fault: 'none' });
    await cordon.recover(id);
  });
});

describe('while the engine is stopped', () => {
  it('commands are answered 503 with Retry-After in less than two seconds', async () => {
    const id = await contained('manifest_mismatch');
    process.kill(cordon.enginePid(), 'SIGSTOP');
    try {
      const commands = ['acknowledge', 'resolve'] as const;
      await Promise.all(
        commands.map(async (command) => {
          const began = performance.now();
          const { status, headers, body } = await cordon.command(command, id);
          expect(performance.now() - began).toBeLessThan(2_000);
          expect([status, body['code']]).toEqual([503, 'engine_unavailable']);
          expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
        }),
      );
    } finally {
      process.kill(cordon.enginePid(), 'SIGCONT');
    }
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
  });
});

describe('a signal of a Temporal-native client', () => {
  const mint = async (incident_id: string, command: Command): Promise<string> => {
    const { body } = await cordon.api('POST', '/api/v1/recovery/signal-token', {
      incident_id,
      command,
    });
    return String(body['token']);
  };
  const signal = (id: string, name: 'ack' | 'reattest', token: string) =>
    cordon.client.workflow.getHandle(id).signal(name, { token, note: 'by signal' });

  it('does what the command does, with a token for this person, incident and command', async () => {
    const id = await contained('attestation_failure');
    await signal(id, 'ack', await mint(id, 'acknowledge'));
    const acked = await cordon.until(id, ({ acked_at }) => acked_at !== '');
    expect(acked.acked_by).toBe('admin');
    await signal(id, 'reattest', await mint(id, 'reattest'));
    await cordon.until(id, ({ re_attested_at }) => re_attested_at !== '');
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
  });

  it('is ignored with any other token', async () => {
    const id = await contained('attestation_failure');
    const another = await contained('attestation_failure');
    const token = await mint(id, 'acknowledge');
    const [claims = '', signature = ''] = token.split('.');
    const forged = Buffer.from(claims, 'base64url').toString().replace('admin', 'mallory');
    for (const other of [
      '',
      'not a token',
      `${claims}.${signature.toUpperCase()}`,
      `${Buffer.from(forged).toString('base64url')}.${signature}`,
      await mint(another, 'acknowledge'),
      await mint(id, 'reattest'),
    ]) {
      await signal(id, 'ack', other);
    }
    // Signals are taken in order: when this one has worked, the others have been refused.
    await signal(id, 'reattest', await mint(id, 'reattest'));
    await cordon.until(id, ({ re_attested_at }) => re_attested_at !== '');
    expect(await cordon.incident(id)).toMatchObject({ acked_at: '', acked_by: '' });
    expect(await give('resolve', id)).toEqual([409, 'acknowledgement_required']);
  });

  it('is ignored when it is not even shaped like one, and so is an update', async () => {
    const id = await contained('manifest_mismatch');
    const handle = cordon.client.workflow.getHandle(id);
    for (const name of ['ack', 'reattest', 'escalate', 'count', 'nonsense']) {
      await handle.signal(name);
      await handle.signal(name, 'a string', 42);
      await handle.signal(name, { token: { nested: true }, count: 'many' });
    }
    for (const person of [null, 'a string', { by: 42 }]) {
      const sent = handle.executeUpdate('acknowledge', { args: [person] });
      await expect(sent).rejects.toThrow('Update failed');
    }
    expect(await cordon.recover(id)).toMatchObject({ state: 'closed' });
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});
