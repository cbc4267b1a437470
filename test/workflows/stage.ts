import { Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { Activities } from '../../src/domain/activities.ts';
import type { IncidentEvent, RecordedEvent } from '../../src/domain/events.ts';
import {
  INCIDENT_WORKFLOW,
  TASK_QUEUE,
  UPDATES,
  type IncidentInput,
  type OrderName,
} from '../../src/domain/messages.ts';
import type { Plan, PlannedAction } from '../../src/domain/plan.ts';
import { CLAIMED } from '../support/attestations.ts';
import { reported } from '../support/incidents.ts';
import { quieten } from '../support/quiet-runtime.ts';
import { startTimeSkipping } from '../support/time-skipping.ts';
import { NOTHING_CAPTURED } from '../support/captures.ts';
import { NOTHING_REACHED } from '../support/playbooks.ts';

const BUNDLE = { sha256: 'd'.repeat(64), size: 1, media_type: 'application/json' };
const WELL = { reason: 'ok', detail: '' } as const;
const inForce = ({ action, target }: { action: string; target: string }) =>
  ({ action, target, status: 'contained', ...WELL }) as const;
const free = ({ action, target, release }: Pick<PlannedAction, 'action' | 'target' | 'release'>) =>
  ({ action, target, status: release === 'automatic' ? 'released' : 'manual', ...WELL }) as const;

/** What ada orders, or whoever else is named. */
type Ordered = { order: OrderName; by?: string } & Record<string, unknown>;

/** Effects of a world in which everything goes well at once. */
const HARMLESS: Omit<Activities, 'record' | 'release' | 'seal'> = {
  countOccurrence: async () => undefined,
  contain: async ({ actions }) => actions.map(inForce),
  destroy: async ({ actions }) => actions.map(inForce),
  mayDestroy: async () => ({ held: [], reason: '', decide_ms: 1 }),
  enforce: async ({ actions: [action] }) => inForce(action ?? { action: '', target: '' }),
  capture: async () => NOTHING_CAPTURED,
  captureHost: async () => NOTHING_CAPTURED,
  quote: async () => NOTHING_CAPTURED,
  newerIncident: async () => '',
  attest: async () => CLAIMED,
  reach: async () => ({ inventory: 'e'.repeat(64), reaches: NOTHING_REACHED, left_out: {} }),
  checkBaseline: async ({ checks }) =>
    checks.map((check) => ({ check, verdict: 'pass', detail: '', at: '2026-01-02T03:04:05.000Z' })),
  ensureReleased: async ({ actions: [action] }) =>
    free(action ?? { action: '', target: '', release: 'none' }),
  authenticateSignal: async () => ({ by: 'ada', claim: '', note: '' }),
};

/** The workflows where hours pass at once, in a world that the test may change. */
export async function stage() {
  quieten();
  const environment = await startTimeSkipping();
  const told: RecordedEvent[] = [];
  let effects: Partial<Activities> = {};
  const record: Activities['record'] = async ({ events }) => void told.push(...events);
  const letGo: PlannedAction[] = [];
  const release: Activities['release'] = async (request) => {
    await record(request);
    letGo.push(...request.actions);
    return request.actions.map(free);
  };
  const seal: Activities['seal'] = async (request) => {
    await record(request);
    return BUNDLE;
  };
  const names = Object.keys(HARMLESS) as (keyof typeof HARMLESS)[];
  const activities = Object.fromEntries(
    names.map((name) => [name, (request: never) => (effects[name] ?? HARMLESS[name])(request)]),
  );
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: inject('workflowBundle') },
    activities: { ...activities, record, release, seal },
  });
  const running = worker.run();
  let incidents = 0;

  return {
    environment,
    /** The events of one type that have reached the ledger since the last start. */
    told: (type: IncidentEvent['type']) => told.filter((recorded) => recorded.event.type === type),

    /** What was asked to be released since then, in order. */
    letGo: (): readonly PlannedAction[] => letGo,

    /** A new incident in a world with these effects. */
    start: async (
      plan: Partial<Plan>,
      changed: Partial<Activities> = {},
      more: Pick<IncidentInput, 'observed'> = {},
    ) => {
      told.length = 0;
      effects = changed;
      letGo.length = 0;
      incidents += 1;
      const created_at = new Date(await environment.currentTimeMs()).toISOString();
      const { type: _type, evidence: _evidence, ...event } = reported(plan).event;
      const id = event.id.replace(/1$/, `${incidents}`);
      const input: IncidentInput = { ...event, id, created_at, occurred_at: created_at, ...more };
      const handle = await environment.client.workflow.start(INCIDENT_WORKFLOW, {
        workflowId: id,
        taskQueue: TASK_QUEUE,
        args: [input],
      });
      const person = { by: 'ada', claim: '', note: '' };
      const give = (command: string) => handle.executeUpdate(command, { args: [person] });
      const order = (ordered: Ordered) =>
        handle.executeUpdate(UPDATES.order, { args: [{ ...person, ...ordered }] });
      return { handle, created_at: Date.parse(created_at), give, order };
    },

    stop: async () => {
      worker.shutdown();
      await running;
      await environment.teardown();
    },
  };
}
