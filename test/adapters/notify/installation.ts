import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';
import { openLedger } from '../../../src/adapters/ledger/ledger.ts';
import { startNotifier } from '../../../src/adapters/notify/notifier.ts';
import type { IncidentEvent } from '../../../src/domain/events.ts';
import { planFor } from '../../../src/domain/plan-for.ts';
import type { Policy, Webhook } from '../../../src/domain/policy.ts';
import type { Severity } from '../../../src/domain/severity.ts';
import { loadPolicy, SHIPPED_POLICY } from '../../../src/intake/policy-files.ts';

const NOW = Date.parse('2026-03-14T12:00:00.000Z');
const AT = new Date(NOW).toISOString();
export const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

/** A ledger, a home with a secret, a policy whose webhooks a test sets, and as many servers as it starts. */
export async function installation() {
  const home = await mkdtemp(join(tmpdir(), 'cordon-notify-'));
  const ledger = await openLedger({ url: `sqlite:${join(home, 'ledger.db')}`, mirrorPath: '' });
  const shipped = await loadPolicy({
    containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml'),
  });
  await writeFile(join(home, 'secret'), `${SECRET}\n`);
  const state = { webhooks: [] as Webhook[], waits: [] as number[], logged: [] as string[] };
  const policy = (): Policy => ({
    ...shipped,
    notifications: { version: 1, webhooks: state.webhooks },
  });
  const stops: (() => Promise<void>)[] = [];

  const say = (_: object, message: string) => void state.logged.push(message);
  const sleep = async (ms: number) => {
    state.waits.push(ms);
    await timer(2);
  };
  const start = (owner = 'one') => {
    const log = { info: say, warn: say };
    const notifier = startNotifier({ policy, ledger, now: () => NOW, log, home, owner, sleep });
    stops.push(() => notifier.stop());
    return notifier;
  };

  const report = async (id: string, severity: Severity) => {
    const told = { class: 'prompt_injection', description: 'd', subject: {} };
    const plan = planFor(policy(), { ...told, severity });
    const event: IncidentEvent = {
      type: 'reported',
      ...told,
      id,
      source: 'agent',
      evidence: { prompt: 'the whole prompt' },
      reported_by: 'agent',
      occurred_at: AT,
      plan,
    };
    await ledger.log.admit({
      idempotency_key: '',
      reporter: 'agent',
      reported: { key: 'reported', at: AT, actor: 'agent', event },
      input: {
        ...told,
        id,
        source: 'agent',
        reported_by: 'agent',
        occurred_at: AT,
        created_at: AT,
        plan,
      },
      holds: [],
      reflex_until_ms: 0,
      lease: { owner: 'test', until_ms: NOW },
      echo: null,
    });
  };
  const happen = (id: string, key: string, event: IncidentEvent) =>
    ledger.log.append(id, [{ key, at: AT, actor: 'cordon', event }]);

  return {
    home,
    ledger,
    state,
    start,
    report,
    happen,
    end: async () => {
      await Promise.all(stops.map((stop) => stop()));
      await ledger.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}
export type Installation = Awaited<ReturnType<typeof installation>>;

export function webhook(name: string, url: string, changes: Partial<Webhook> = {}): Webhook {
  const events = ['reported', 'contained', 'escalated', 'resolved', 'policy_in_force'];
  return {
    name,
    url,
    secret_file: 'secret',
    events,
    min_severity: 'low',
    timeout: 5_000,
    ...changes,
  };
}
