import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Client } from '@temporalio/client';
import { effectKey } from '../../src/domain/idempotency.ts';
import type { ContainmentAction, Incident } from '../../src/domain/incident-record.ts';
import { INCIDENT_WORKFLOW } from '../../src/domain/messages.ts';
import { callRange } from '../../src/range/client.ts';
import { RANGE_NAMES } from '../../src/range/service.ts';
import { effectsAt, inLedger } from './stored.ts';

const CORDON = fileURLToPath(new URL('../../cordon', import.meta.url));

/** Where each action acts and what its target says of itself while it is in force. */
const PLACES: Record<
  string,
  { service: (typeof RANGE_NAMES)[number]; apply: string; release: string }
> = {
  freeze_agent: { service: 'agent', apply: '/api/v1/freeze', release: '/api/v1/unfreeze' },
  disable_airlock: { service: 'airlock', apply: '/api/v1/disable', release: '/api/v1/enable' },
  force_vault_relock: { service: 'vault', apply: '/api/v1/vault/relock', release: '' },
  quarantine_model: {
    service: 'registry',
    apply: '/api/v1/quarantine',
    release: '/api/v1/unquarantine',
  },
};

/** Whether the target itself says that this action is in force for this incident. */
export async function isInForce(home: string, { subject }: Incident, action: string) {
  const ask = async (service: 'agent' | 'airlock' | 'vault' | 'registry', path: string) =>
    (await callRange(home, service, 'GET', path)).body;
  switch (action) {
    case 'freeze_agent': {
      const query = new URLSearchParams({ host: subject.host ?? '*', agent: subject.agent ?? '*' });
      return (await ask('agent', `/api/v1/status?${query}`))['frozen'] === true;
    }
    case 'disable_airlock':
      return (await ask('airlock', '/api/v1/status'))['disabled'] === true;
    case 'force_vault_relock':
      return (await ask('vault', '/api/v1/vault/status'))['locked'] === true;
    case 'quarantine_model': {
      const query = new URLSearchParams({ model: subject.model ?? '*' });
      const { quarantined } = await ask('registry', `/api/v1/status?${query}`);
      return Array.isArray(quarantined) && quarantined.length > 0;
    }
    default:
      throw new RangeError(`unknown action ${action}`);
  }
}

/** The actions of an incident that a target carries out. */
export function targetActions({ containment_actions }: Incident): ContainmentAction[] {
  return containment_actions.filter(({ target }) => target !== 'ledger');
}

/** What should not be so at the range's effects: asked for under no incident's key, missing, or done twice. */
export function wrongEffects(home: string, incidents: readonly Incident[]): string[] {
  const expected = new Map<string, 'must' | 'may'>();
  for (const incident of incidents) {
    for (const action of targetActions(incident)) {
      const place = PLACES[action.action];
      if (place === undefined) throw new RangeError(`unknown action ${action.action}`);
      const { service, apply, release } = place;
      expected.set(`${service} ${apply} ${effectKey(incident.id, action, 'apply')}`, 'must');
      if (release === '' || incident.resolved_at === '') continue;
      // The last holder lets go; one that was told `kept` may have been cut short in trying.
      const needed = action.status === 'released' ? 'must' : 'may';
      expected.set(`${service} ${release} ${effectKey(incident.id, action, 'release')}`, needed);
    }
  }
  const happened = new Map<string, number>(
    RANGE_NAMES.flatMap((name) =>
      [...effectsAt(home, name)].map(([key, count]) => [`${name} ${key}`, count] as const),
    ),
  );
  return [
    ...[...happened].filter(([key]) => !expected.has(key)).map(([key]) => `unasked: ${key}`),
    ...[...happened].filter(([, count]) => count !== 1).map(([key, n]) => `${n} times: ${key}`),
    ...[...expected]
      .filter(([key, needed]) => needed === 'must' && !happened.has(key))
      .map(([key]) => `missing: ${key}`),
  ];
}

/** Holds of incidents that are resolved: their release must have forgotten them. */
export function forgottenHolds(home: string): string[] {
  const sql = `select h.incident_id || ' ' || h.resource as hold from holds h
    join incidents i on i.id = h.incident_id where i.resolved = 1`;
  return inLedger(home, sql).map((row) => String(row['hold']));
}

/** What the engine shows of every incident workflow, by id; one id with two runs is there twice. */
export async function workflows(client: Client) {
  const query = `WorkflowType = '${INCIDENT_WORKFLOW}'`;
  const all = [];
  for await (const info of client.workflow.list({ query })) all.push(info);
  return all;
}

/** A task that failed for any other reason than news that arrived in its last moment would fail again. */
export async function failedTasks(client: Client, workflowId: string): Promise<string[]> {
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed && failed.cause !== UNHANDLED_COMMAND
      ? [`${workflowId}: ${failed.cause} ${failed.failure?.message}`]
      : [],
  );
}

/** temporal.api.enums.v1.WorkflowTaskFailedCause: something arrived while the workflow was completing. */
const UNHANDLED_COMMAND = 1;

/** `./cordon ledger verify --json`, as an auditor runs it. */
export async function ledgerVerdict(env: Record<string, string>): Promise<unknown> {
  const run = promisify(execFile)(CORDON, ['--json', 'ledger', 'verify'], { env });
  const { stdout } = await run.catch((error: { stdout: string; stderr: string }) => {
    if (error.stdout === '') throw new Error(error.stderr, { cause: error });
    return error;
  });
  return JSON.parse(stdout);
}
