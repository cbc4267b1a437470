import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';

/** Adds to every curl what it lacks here: the credential. Ports, the id and the token's file are replaced. */
let cordon: Installation;
beforeAll(async () => void (cordon = await installation()), STARTING_MS);
afterAll(() => cordon.stop());

const REPORTS = {
  attestation_failure: `{
    "class": "attestation_failure",
    "source": "runtime-attestor",
    "description": "TPM2 PCR mismatch detected on PCR 7",
    "evidence": {"expected_pcr7": "abc123", "actual_pcr7": "def456"}
  }`,
  integrity_violation: `{
    "class": "integrity_violation",
    "source": "integrity-monitor",
    "description": "2 files differ from their baseline",
    "evidence": {"/usr/bin/agent": "0c1d", "/etc/agent.conf": "aa42"}
  }`,
} as const;

describe.each([
  ['attestation_failure', 'attestor'],
  ['integrity_violation', 'integrity'],
] as const)('the runbook for %s', (incidentClass, witness) => {
  let id = '';
  const run = (command: string) => shell(cordon, command.replaceAll(RUNBOOK_ID, id));

  it('begins with a report, after which the incident is contained', async () => {
    await cordon.trust(witness, 'failed');
    const reported = await run(
      `curl -X POST http://127.0.0.1:8515/api/v1/incidents/report \\
  -H "Authorization: Bearer $(cat /run/secure-ai/service-token)" \\
  -H "Content-Type: application/json" \\
  -d '${REPORTS[incidentClass]}'`,
    );
    expect(reported).toMatchObject({ class: incidentClass, severity: 'critical' });
    id = String(reported.id);
    await cordon.untilState(id, 'contained');
  });

  it('1. detects the incident', async () => {
    const health = await run('curl -s http://localhost:8515/health | jq .');
    expect(health).toMatchObject({ status: 'ok', open_incidents: 1 });
  });

  it('2. identifies it', async () => {
    const latched = await run(
      "curl -s http://localhost:8515/api/v1/incidents?state=contained | jq '.[] | {id, class, severity, state}'",
    );
    expect(latched).toEqual({ id, class: incidentClass, severity: 'critical', state: 'contained' });
    const contained = await run(
      'curl -s http://localhost:8515/api/v1/incidents?state=contained | jq .',
    );
    expect(contained).toMatchObject([{ id }]);
  });

  it('3. reviews its evidence, and what was done', async () => {
    const reviewed = await run(
      'curl -s "http://localhost:8515/api/v1/incidents/get?id=INC-20260314-120000-0001" | jq .',
    );
    expect(reviewed).toMatchObject({
      evidence: JSON.parse(REPORTS[incidentClass]).evidence,
      containment_actions: [
        { action: 'freeze_agent', status: 'contained' },
        { action: 'disable_airlock', status: 'contained' },
        { action: 'force_vault_relock', status: 'contained' },
      ],
    });
  });

  it('4. fixes the root cause', async () => {
    const state = () => run(`curl -s http://localhost:${WITNESS_PORTS[witness]}/api/v1/state`);
    expect(await state()).toEqual({ state: 'failed' });
    await cordon.trust(witness, 'trusted');
    expect(await state()).toEqual({ state: 'trusted' });
  });

  it('5. checks what recovery requires', async () => {
    const status = await run('curl -s http://localhost:8515/api/v1/recovery/status | jq .');
    expect(status).toEqual({
      pending_recoveries: [
        {
          incident_id: id,
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

  it('6. acknowledges', async () => {
    const acknowledged = await run(`curl -s -X POST http://localhost:8515/api/v1/recovery/ack \\
  -H "Content-Type: application/json" \\
  -d '{
    "incident_id": "INC-20260314-120000-0001",
    "operator": "admin@secai"
  }' | jq .`);
    expect(acknowledged).toEqual({ status: 'acknowledged' });
  });

  it('7. re-attests', async () => {
    const attested = await run(`curl -s -X POST http://localhost:8515/api/v1/recovery/reattest \\
  -H "Content-Type: application/json" \\
  -d '{
    "incident_id": "INC-20260314-120000-0001"
  }' | jq .`);
    expect(attested).toEqual({ status: 're-attestation recorded' });
  });

  it('8. verifies that recovery is complete', async () => {
    const status = await run('curl -s http://localhost:8515/api/v1/recovery/status | jq .');
    expect(status).toEqual({ pending_recoveries: [], count: 0 });
    expect(await cordon.frozen({})).toBe(true);
  });

  it('9. resolves, and only now is anything released', async () => {
    const resolved = await run(`curl -s -X POST http://localhost:8515/api/v1/incidents/resolve \\
  -H "Content-Type: application/json" \\
  -d '{"id": "INC-20260314-120000-0001"}' | jq .`);
    expect(resolved).toMatchObject({ state: 'resolved', acked_by: 'admin' });
    expect(resolved.resolved_at).toMatch(/^\d{4}-.*Z$/);
    await cordon.until(id, ({ bundle }) => bundle !== null);
    expect(await cordon.frozen({})).toBe(false);
    expect(await cordon.statusOf('airlock')).toMatchObject({ disabled: false });
    expect(await cordon.vaultIsLocked()).toBe(true);
  });

  it('10. verifies the health of the system', async () => {
    const health = await run('curl -s http://localhost:8515/health | jq .');
    expect(health).toMatchObject({ status: 'ok', open_incidents: 0 });
    const attestor = await run('curl -s http://localhost:8505/api/v1/state | jq .');
    expect(attestor).toMatchObject({ state: 'trusted' });
    const integrity = await run('curl -s http://localhost:8510/api/v1/state | jq .');
    expect(integrity).toMatchObject({ state: 'trusted' });
  });
});

describe('the runbook on evidence', () => {
  it('exports a bundle whose hash, recomputed by other tools, is the one it names', async () => {
    const inHome = (command: string) => shell(cordon, `cd ${cordon.home}\n${command}`);
    const { incidents } = await inHome(
      `curl -s http://localhost:8515/api/v1/forensic/export -o forensic-bundle.json
       jq '{incidents: (.incidents | length)}' forensic-bundle.json`,
    );
    expect(incidents).toBe(2);
    const hashes = await inHome(
      `hash=$(jq -j .covered forensic-bundle.json | base64 -d | sha256sum | cut -d' ' -f1)
       hmac=$(jq -j .bundle_hash forensic-bundle.json |
         openssl dgst -sha256 -hmac "$(cat /run/secure-ai/service-token)" -r | cut -d' ' -f1)
       jq --arg hash "$hash" --arg hmac "$hmac" \\
         '{hash: (.bundle_hash == $hash), hmac: (.signature == $hmac)}' forensic-bundle.json`,
    );
    expect(hashes).toEqual({ hash: true, hmac: true });
  });

  it('counts in six figures', async () => {
    const stats = await shell(cordon, 'curl -s http://localhost:8515/api/v1/stats | jq .');
    expect(stats).toEqual({
      total_incidents: 2,
      open_incidents: 0,
      contained_count: 2,
      resolved_count: 2,
      by_class: { attestation_failure: 1, integrity_violation: 1 },
      open_by_severity: {},
      clocks: expect.any(Object),
      false_positives: [],
    });
  });
});

it('has wedged no workflow', async () => {
  expect(await cordon.wedged()).toEqual([]);
});

const WITNESS_PORTS = { attestor: 8505, integrity: 8510 };
const RUNBOOK_ID = 'INC-20260314-120000-0001';

/** Runs the commands as they are written, with ports and files of this installation and the credential added. */
async function shell({ env, home, tokenOf }: Installation, command: string) {
  const port = (name: string) => String(env[name]).split(':').at(-1) ?? '';
  const ours = command
    .replaceAll(':8515', `:${port('BIND_ADDR')}`)
    .replaceAll(':8505', `:${port('CORDON_RANGE_ATTESTOR_PORT')}`)
    .replaceAll(':8510', `:${port('CORDON_RANGE_INTEGRITY_PORT')}`)
    .replaceAll('/run/secure-ai/service-token', `${home}/keys/service-token`)
    .replaceAll('curl -s', 'curl -s -H "Authorization: Bearer $TOKEN"');
  const { stdout } = await promisify(execFile)('sh', ['-c', ours], {
    env: { PATH: process.env['PATH'], NO_PROXY: '*', TOKEN: tokenOf('admin') },
  });
  return JSON.parse(stdout);
}
