import { Fault } from '../../domain/fault.ts';
import type { Reading } from '../../domain/host-containment.ts';
import { type Container, type RestartPolicy, restartPolicySchema } from '../docker/container.ts';
import type { RuntimeContainer } from '../subjects/locate-subject.ts';
import type { Contained } from './find-contained.ts';
import type { Measured, Step } from './step.ts';

const NEVER: RestartPolicy = { Name: 'no', MaximumRetryCount: 0 };

/** Keeps the runtime from starting a container again when it has ended. */
export const restartOff: Step = {
  method: () => 'runtime_update',
  measure,
  prepare: async (at) => restartPolicyOf(assertContainer(at)),
  apply: async (at) => {
    if (at.container !== null) await neverRestart(at.container);
    return {};
  },
  release,
};

/** Harmless where it is so already. */
export async function neverRestart({ engine, facts }: RuntimeContainer): Promise<void> {
  await engine.setRestartPolicy(facts.Id, NEVER);
}

/** What is recorded of it, to be restored. */
export function restartPolicyOf(container: RuntimeContainer | null): Reading {
  if (container === null) return {};
  const { MaximumRetryCount = 0 } = container.facts.HostConfig.RestartPolicy ?? {};
  return { restart_policy: { Name: policyOf(container.facts), MaximumRetryCount } };
}

async function measure(at: Contained): Promise<Measured> {
  const container = assertContainer(at);
  const facts = container && (await container.engine.inspect(container.facts.Id));
  if (container === null || facts === null) {
    const detail = 'the container was removed';
    return { in_force: at.record !== null, detail, reading: { removed: true } };
  }
  const reading = restartPolicyOf({ ...container, facts });
  const name = policyOf(facts);
  const isOff = name === NEVER.Name;
  const detail = isOff ? 'its runtime does not start it again' : `its restart policy is ${name}`;
  // One that never was restarted is contained by this step only where the step was taken.
  return { in_force: isOff && at.record !== null, detail, reading };
}

async function release(at: Contained): Promise<string> {
  const container = assertContainer(at);
  if (container === null || at.record === null) return '';
  const was = restartPolicySchema.safeParse(at.record.before['restart_policy']);
  if (!was.success) return 'what its restart policy was is not recorded';
  const { engine, facts } = container;
  const objection = await engine.setRestartPolicy(facts.Id, was.data);
  const now = await engine.inspect(facts.Id);
  if (now === null || policyOf(now) === was.data.Name) return '';
  return `its restart policy is ${policyOf(now)}: ${objection}`;
}

/** Where none was given, the engine says nothing, or `no`. */
function policyOf({ HostConfig }: Container): string {
  return HostConfig.RestartPolicy?.Name || NEVER.Name;
}

/** Null where it was removed. Fault `unsupported_subject` for what is no container. */
function assertContainer({ subject, container }: Contained): RuntimeContainer | null {
  if (subject.kind === 'container') return container;
  const message = 'only a container has a restart policy; what starts a service again is its unit';
  throw new Fault('unsupported_subject', message, { retryable: false });
}
