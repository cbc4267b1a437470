import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleSchema } from '../../src/domain/bundle.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import { ledgerEntrySchema } from '../../src/domain/ledger-entry.ts';
import { verifyBundle } from '../../src/evidence/bundle.ts';
import {
  ATTESTATION_FAILURE,
  boot,
  failure,
  read,
  SERVICE_TOKEN,
  TOOL_CALL_BURST,
  type Booted,
  readIncident,
} from './boot.ts';

let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

const get = async (path: string, token?: string) =>
  read(await shim.ask(path, token === undefined ? {} : { token }));
const post = (path: string, body: object, token = shim.tokens.admin) =>
  shim.ask(path, { token, body });

describe('the recovery of a latched critical incident', () => {
  let incident: Incident;
  beforeAll(async () => {
    incident = await shim.report(ATTESTATION_FAILURE);
    await shim.course.contain(incident.id);
  });

  it('shows as open in the health and in a bare list of the contained', async () => {
    expect(await get('/health')).toMatchObject({
      status: 'ok',
      open_incidents: 1,
      total_incidents: 1,
    });
    expect(await get('/api/v1/incidents?state=contained')).toMatchObject([
      { id: incident.id, class: 'attestation_failure', severity: 'critical', state: 'contained' },
    ]);
    expect(await get(`/api/v1/incidents/get?id=${incident.id}`)).toMatchObject({
      evidence: ATTESTATION_FAILURE.evidence,
      containment_actions: [
        { status: 'contained' },
        { status: 'contained' },
        { status: 'contained' },
      ],
    });
  });

  it('pends with what is required', async () => {
    expect(await get('/api/v1/recovery/status')).toEqual({
      pending_recoveries: [
        {
          incident_id: incident.id,
          require_ack: true,
          require_reattest: true,
          acked_at: '',
          acked_by: '',
          re_attested_at: '',
          recovery_complete: false,
        },
      ],
      count: 1,
    });
  });

  it('is refused until the ceremony is complete, step by step', async () => {
    const resolve = () => post('/api/v1/incidents/resolve', { id: incident.id });
    expect(await failure(await resolve())).toEqual([409, 'acknowledgement_required']);

    const ack = { incident_id: incident.id, operator: 'admin@secai' };
    expect(await read(await post('/api/v1/recovery/ack', ack))).toEqual({ status: 'acknowledged' });
    expect(await failure(await resolve())).toEqual([409, 'reattestation_required']);

    const attested = await post('/api/v1/recovery/reattest', { incident_id: incident.id });
    expect(await read(attested)).toEqual({ status: 're-attestation recorded' });
    expect(await get('/api/v1/recovery/status')).toEqual({ pending_recoveries: [], count: 0 });

    const resolved = await readIncident(await resolve());
    expect(resolved).toMatchObject({
      state: 'resolved',
      acked_by: 'ada',
      ack_claim: 'admin@secai',
      resolved_by: 'ada',
    });
    expect(resolved.resolved_at).toMatch(/Z$/);
    expect(await get('/health')).toMatchObject({ status: 'ok', open_incidents: 0 });
  });

  it('is closed by a person with a note', async () => {
    const silent = await post('/api/v1/incidents/close', { id: incident.id });
    expect(await failure(silent)).toEqual([400, 'invalid_request']);
    const body = { id: incident.id, note: 'firmware was updated' };
    const closed = await post('/api/v1/incidents/close', body);
    expect(await read(closed)).toMatchObject({ state: 'closed', closed_by: 'ada' });
  });

  it('is told by its timeline', async () => {
    const entries = ledgerEntrySchema
      .array()
      .parse(await get(`/api/v1/incidents/${incident.id}/timeline`));
    const types = entries.map(({ type }) => type).filter((type) => type !== 'action');
    expect(types).toEqual([
      'reported',
      'contained',
      'acknowledged',
      'attestation',
      'resolved',
      'closed',
    ]);
  });

  it('goes into a bundle that verifies, whole or alone, for the forensic role only', async () => {
    const path = '/api/v1/forensic/export';
    for (const query of ['', `?incident=${incident.id}`]) {
      const response = await shim.ask(path + query, { token: shim.tokens.admin });
      expect(response.headers.get('content-disposition')).toMatch(
        /^attachment; filename="forensic-bundle/,
      );
      const bytes = new Uint8Array(await response.arrayBuffer());
      const trust = { publicKey: shim.publicKey, serviceToken: SERVICE_TOKEN };
      expect(await verifyBundle(bytes, trust)).toMatchObject({ valid: true, trust: 'given_key' });
      const bundle = bundleSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      expect(bundle.incidents.map(({ id }) => id)).toEqual([incident.id]);
      expect(bundle.system_state).toMatchObject({ exported_by: 'ada' });
      expect(bundle.policy_digest).toBe(shim.policy.digest);
    }
    expect(await failure(await shim.ask(path, { token: shim.tokens.reader }))).toEqual([
      403,
      'forbidden',
    ]);
    const unknown = await shim.ask(`${path}?incident=INC-0`, { token: shim.tokens.admin });
    expect(await failure(unknown)).toEqual([404, 'incident_not_found']);
  });
});

describe('the six figures', () => {
  it('count what was reported', async () => {
    await shim.report(TOOL_CALL_BURST);
    expect(await get('/api/v1/stats')).toEqual({
      total_incidents: 2,
      open_incidents: 1,
      contained_count: 2,
      resolved_count: 1,
      by_class: { attestation_failure: 1, tool_call_burst: 1 },
      open_by_severity: { medium: 1 },
      clocks: expect.any(Object),
      false_positives: [],
    });
  });
});
