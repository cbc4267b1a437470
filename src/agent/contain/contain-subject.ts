import type {
  ContainAnswer,
  ContainRequest,
  ContainStateRequest,
  ContainStep,
} from '../../domain/host-containment.ts';
import { canonicalJson } from '../../evidence/canonical.ts';
import type { HostScope } from '../host-scope.ts';
import { bootId, type Contained, findContained } from './find-contained.ts';
import { isolateNetwork } from './isolate-network.ts';
import { kill } from './kill.ts';
import type { ContainRecord, Records } from './records.ts';
import { recycle } from './recycle.ts';
import { restartOff } from './restart-off.ts';
import type { Measured, Step } from './step.ts';
import { createTurns } from '../turns.ts';

const STEPS: Record<ContainStep, Step> = {
  kill,
  recycle,
  isolate_network: isolateNetwork,
  restart_off: restartOff,
};

/** Incidents that contain one subject at a time; a later call of an older one is found by the subject itself. */
const MOST_KEYS = 32;

export interface Containment {
  /** Faults: those of `findContained` and of the step. */
  contain(request: ContainRequest): Promise<ContainAnswer>;
  /** Changes nothing. */
  state(request: ContainStateRequest): Promise<ContainAnswer>;
}

/** Contains subjects one call after the other for each, so that two of them cannot undo each other half. */
export function createContainment(scope: HostScope, records: Records): Containment {
  const turns = createTurns();
  return {
    contain: (request) =>
      turns.take(canonicalJson(request.subject), () => contain(request, scope, records)),
    state: (request) =>
      turns.take(canonicalJson(request.subject), () => state(request, scope, records)),
  };
}

async function state(
  request: ContainStateRequest,
  scope: HostScope,
  records: Records,
): Promise<ContainAnswer> {
  const startedAt = performance.now();
  const at = await findContained(request, scope, records);
  const now = await STEPS[request.step].measure(at);
  return answer(request.step, at, { before: now, after: now, startedAt });
}

async function contain(
  request: ContainRequest,
  scope: HostScope,
  records: Records,
): Promise<ContainAnswer> {
  const startedAt = performance.now();
  // Of what is gone, nothing is left to be undone: a release is repeated where its answer was lost.
  const at = await findContained(request, scope, records, request.effect === 'release');
  const step = STEPS[request.step];
  const before = await step.measure(at);
  const act = request.effect === 'apply' ? apply : release;
  const after = await act(step, at, request, records);
  return answer(request.step, at, { before, after, startedAt });
}

async function apply(
  step: Step,
  at: Contained,
  request: ContainRequest,
  records: Records,
): Promise<Measured> {
  const record = at.record ?? recordOf(at, request, await step.prepare(at));
  const keys = record.keys.filter((key) => key !== request.idempotency_key);
  const kept = { ...record, keys: [...keys, request.idempotency_key].slice(-MOST_KEYS) };
  // First of all: what is not recorded cannot be undone.
  records.write(kept);
  const made = await step.apply({ ...at, record: kept }, request);
  const whole = { ...kept, made };
  records.write(whole);
  return step.measure({ ...at, record: whole });
}

async function release(
  step: Step,
  at: Contained,
  request: ContainRequest,
  records: Records,
): Promise<Measured> {
  const problem = await step.release(at);
  const after = await step.measure({ ...at, record: null });
  if (problem !== '') return { ...after, in_force: true, detail: problem };
  if (!after.in_force) records.remove(request.subject, request.step);
  return after;
}

function recordOf(
  { processes, cgroup, container, earlierKeys }: Contained,
  { subject, step }: ContainRequest,
  before: ContainRecord['before'],
): ContainRecord {
  return {
    schema: 'host-contain-record/1',
    step,
    subject,
    boot_id: bootId(),
    keys: earlierKeys,
    processes,
    cgroup,
    container: container?.facts.Id ?? '',
    before,
    made: {},
  };
}

function answer(
  step: ContainStep,
  at: Contained,
  { before, after, startedAt }: { before: Measured; after: Measured; startedAt: number },
): ContainAnswer {
  return {
    schema: 'host-contain/1',
    step,
    in_force: after.in_force,
    method: STEPS[step].method(at),
    detail: after.detail,
    before: before.reading,
    after: after.reading,
    took_ms: performance.now() - startedAt,
  };
}
