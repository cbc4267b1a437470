import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Incident } from '../../src/domain/incident-record.ts';
import {
  ATTESTATION_FAILURE,
  boot,
  failure,
  read,
  TOOL_CALL_BURST,
  type Booted,
  readIncident,
} from './boot.ts';

let shim: Booted;
let incident: Incident;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());
beforeEach(async () => {
  Object.assign(shim.course, { engine: 'up', running: true });
  incident = await shim.report(TOOL_CALL_BURST);
});

const post = (path: string, body: object, token = shim.tokens.admin, headers = {}) =>
  shim.ask(`/api/v1/${path}`, { token, body, headers });

describe('a command', () => {
  it('acknowledges what is neither latched nor critical as reviewed and deferred', async () => {
    const response = await post('incidents/acknowledge', { id: incident.id, note: 'seen' });
    expect(await read(response)).toMatchObject({ state: 'acknowledged', acked_by: 'ada' });
  });

  it('resolves such an incident by acknowledging it, and is harmless when repeated', async () => {
    const first = await readIncident(await post('incidents/resolve', { id: incident.id }));
    const again = await post('incidents/resolve', { id: incident.id });
    expect(first).toMatchObject({ state: 'resolved', acked_by: 'ada' });
    expect([again.status, await read(again)]).toEqual([200, first]);
    const late = await post('incidents/acknowledge', { id: incident.id });
    expect(await failure(late)).toEqual([409, 'already_resolved']);
  });

  it('is one command under one key, and another person’s key is another command', async () => {
    shim.course.arrived.length = 0;
    const key = { 'Idempotency-Key': 'k-1' };
    await post('incidents/acknowledge', { id: incident.id }, shim.tokens.admin, key);
    await post('incidents/acknowledge', { id: incident.id }, shim.tokens.admin, key);
    await post('incidents/acknowledge', { id: incident.id }, shim.tokens.operator, key);
    expect(new Set(shim.course.arrived)).toEqual(
      new Set(['ada/acknowledge/k-1', 'oskar/acknowledge/k-1']),
    );
  });

  it('finds no incident under an id that is not there', async () => {
    const id = 'INC-20260314-120000-0001';
    const refused: [number, string] = [404, 'incident_not_found'];
    for (const path of ['acknowledge', 'resolve']) {
      expect(await failure(await post(`incidents/${path}`, { id }))).toEqual(refused);
    }
    expect(await failure(await post('incidents/close', { id, note: 'n' }))).toEqual(refused);
    expect(await failure(await post('recovery/ack', { incident_id: id }))).toEqual(refused);
    expect(await failure(await post('recovery/reattest', { incident_id: id }))).toEqual(refused);
    const wish = { incident_id: id, command: 'reattest' };
    expect(await failure(await post('recovery/signal-token', wish))).toEqual(refused);
  });

  it('is refused where nothing asks for it', async () => {
    const reattest = await post('recovery/reattest', { incident_id: incident.id });
    expect(await failure(reattest)).toEqual([409, 'not_required']);
    const close = await post('incidents/close', { id: incident.id, note: 'early' });
    expect(await failure(close)).toEqual([409, 'not_resolved']);
  });
});

const resolve = () => post('incidents/resolve', { id: incident.id });

describe('a command that reaches no workflow', () => {
  it('is to be sent again while the engine is down', async () => {
    shim.course.engine = 'down';
    const response = await resolve();
    expect(response.headers.get('retry-after')).toBe('5');
    expect(await failure(response)).toEqual([503, 'engine_unavailable']);
  });

  it('is to be sent again soon where the workflow is only about to be started', async () => {
    shim.course.running = false;
    const response = await resolve();
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await failure(response)).toEqual([503, 'not_started']);
  });

  it('is answered from the record once the workflow is over', async () => {
    await resolve();
    shim.course.running = false;
    expect((await resolve()).status).toBe(200);
    const ack = await post('recovery/ack', { incident_id: incident.id });
    expect(await failure(ack)).toEqual([409, 'already_resolved']);
    const close = await post('incidents/close', { id: incident.id, note: 'n' });
    expect(await failure(close)).toEqual([409, 'not_required']);
  });

  it('is answered from the record also after the review', async () => {
    const latched = await shim.report(ATTESTATION_FAILURE);
    await post('recovery/ack', { incident_id: latched.id });
    await post('recovery/reattest', { incident_id: latched.id });
    await post('incidents/resolve', { id: latched.id });
    const close = () => post('incidents/close', { id: latched.id, note: 'done' });
    await close();
    shim.course.running = false;
    expect(await read(await close())).toMatchObject({ state: 'closed' });
    const again = await post('incidents/resolve', { id: latched.id });
    expect(await failure(again)).toEqual([409, 'already_closed']);
  });
});

const grant = (command: string) => ({ incident_id: incident.id, command });

describe('a signal token', () => {
  it('is minted for those who may give the command', async () => {
    const { operator } = shim.tokens;
    const granted = await post('recovery/signal-token', grant('acknowledge'), operator);
    expect(await read(granted)).toEqual({
      token: expect.stringMatching(/^\S+\.\S+$/),
      expires_at: expect.stringMatching(/Z$/),
    });
    const refused = await post('recovery/signal-token', grant('reattest'), operator);
    expect(await failure(refused)).toEqual([403, 'forbidden']);
    const unknown = await post('recovery/signal-token', grant('resolve'));
    expect(await failure(unknown)).toEqual([400, 'invalid_request']);
  });
});
