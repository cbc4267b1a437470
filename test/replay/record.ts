/**
 * Records the histories that `histories.test.ts` replays: `node test/replay/record.ts`. What is recorded by one
 * version is kept for as long as workflows of that version may still be waiting.
 */
import { globSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { createBulkCounter } from '../../src/adapters/engine/counter.ts';
import { createObserver } from '../../src/adapters/engine/observer.ts';
import { escalationWorkflowId } from '../../src/domain/messages.ts';
import { planFor } from '../../src/domain/plan-for.ts';
import { wideningFor } from '../../src/domain/widen.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { installation, type Installation } from '../support/installation.ts';

const PACKAGE = new URL('../../package.json', import.meta.url);
const { version }: { version: string } = JSON.parse(readFileSync(PACKAGE, 'utf8'));
const CONTAINMENT = 'incident-containment.yaml';
const HISTORIES = fileURLToPath(new URL('.', import.meta.url));

/** Plays one scenario to its end and names the workflows whose histories tell it. */
type Scenario = (cordon: Installation) => Promise<Record<string, string>>;

const SCENARIOS: Scenario[] = [latched, logged, escalated, healed, kept, observed];

const cordon = await installation({ policy: { recovery: { capture: { deadline: '2s' } } } });
try {
  for (const scenario of SCENARIOS) {
    const workflows = await scenario(cordon);
    for (const [name, id] of Object.entries(workflows)) await record(name, id);
  }
} finally {
  await cordon.stop();
}

async function record(name: string, workflowId: string): Promise<void> {
  await ended(workflowId);
  const text = historyToJSON(await cordon.history(workflowId));
  const readable = text.replaceAll(/"data": "([^"]*)"/g, (_, data) => atob(String(data)));
  if (secrets().some((secret) => readable.includes(secret))) {
    throw new Error(`the history of ${name} holds a secret`);
  }
  const file = join(HISTORIES, `${name}-${version}.json`);
  await writeFile(file, `${text}\n`);
  console.log(file);
}

/** An incident's history is whole when its workflow has ended; a counter's never is. */
async function ended(workflowId: string): Promise<void> {
  if (!workflowId.startsWith('INC-')) return;
  await cordon.client.workflow.getHandle(workflowId).result();
}

function secrets(): string[] {
  return globSync(['tokens/**/*', 'keys/**/*'], { cwd: cordon.home, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim());
}

/** The whole ceremony, with a refused proof and a command out of order on the way. */
async function latched({ command, recover, report, trust, untilState }: Installation) {
  const { id } = await report({ class: 'attestation_failure', subject: { host: 'latched' } });
  await untilState(id, 'contained');
  await command('acknowledge', id);
  await command('resolve', id);
  await trust('attestor', 'failed');
  await command('reattest', id);
  await trust('attestor', 'trusted');
  await recover(id);
  return { latched: id };
}

async function logged({ recover, report }: Installation) {
  const { id } = await report({ class: 'forbidden_airlock_request' });
  await recover(id);
  return { 'log-only': id };
}

async function escalated({ command, recover, report, until, untilState }: Installation) {
  const hourAgo = Date.now() - 3_600_000;
  const at = (ms: number) => ({
    class: 'prompt_injection',
    occurred_at: new Date(hourAgo + ms).toISOString(),
  });
  const { id } = await report(at(2_000));
  await untilState(id, 'contained');
  await command('acknowledge', id);
  const others = [await report(at(0)), await report(at(1_000))];
  await until(id, ({ escalated_at }) => escalated_at !== '');
  await recover(id);
  for (const other of others) await recover(other.id);
  return { escalated: id, counter: escalationWorkflowId('prompt_injection') };
}

/** Containment fails, heals, and so does the release. */
async function healed({ command, fault, report, until, untilState }: Installation) {
  await fault('agent', { fault: 'down' });
  const { id } = await report({ class: 'tool_call_burst', subject: { host: 'healed' } });
  await untilState(id, 'containment_failed');
  await fault('agent', { fault: 'none' });
  await untilState(id, 'contained');
  await fault('agent', { fault: 'down' });
  await command('resolve', id);
  await until(id, ({ released_at }) => released_at !== '');
  await fault('agent', { fault: 'none' });
  return { healed: id };
}

async function kept({ recover, report, untilState }: Installation) {
  const about = { class: 'manifest_mismatch', subject: { host: 'shared', model: 'm-7' } };
  const [first, second] = [await report(about), await report(about)];
  await untilState(first.id, 'contained');
  await untilState(second.id, 'contained');
  await recover(first.id);
  await recover(second.id);
  return { kept: first.id };
}

/** Further alerts, as the ledger's follower tells of them, raise the incident, widen it, and are counted. */
async function observed({ client, recover, report, until, untilState }: Installation) {
  const about = { class: 'prompt_injection', subject: { host: 'observed', agent: 'a' } };
  const { id } = await report(about);
  await untilState(id, 'contained');
  const policy = await loadPolicy({ containmentPath: join(SHIPPED_POLICY, CONTAINMENT) });
  const further = {
    ...about,
    severity: 'critical',
    subject: { host: 'observed', agent: 'b' },
  } as const;
  const { policy_digest: _, escalation: __, ...raises } = planFor(policy, further);
  const widens = wideningFor(policy, further, planFor(policy, about).actions);
  const observe = createObserver(client);
  await observe(id, { key: 'alert/1', widens });
  await observe(id, { key: 'alert/2', raises });
  await until(id, (now) => now.raised_at !== '' && now.further_subjects.length === 1);
  await untilState(id, 'contained');
  const occurrences = [1, 2, 3].map((at_ms) => {
    return { incident_id: id, key: `${id}/alert/${at_ms}`, at_ms, threshold: 3, window_ms: 1_000 };
  });
  await createBulkCounter(client)('observed', occurrences);
  await recover(id);
  return { observed: id, counted: escalationWorkflowId('observed') };
}
