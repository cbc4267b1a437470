import { Fault } from '../../domain/fault.ts';
import type { HostSubject, KernelSubject } from '../../domain/host-subject.ts';
import type { Container } from '../docker/container.ts';
import type { Engine } from '../docker/engine.ts';
import type { HostScope } from '../host-scope.ts';
import { cgroupOf, isBelow } from './cgroup-tree.ts';

/** A container as its runtime described it, and who that is. */
export interface RuntimeContainer {
  facts: Container;
  engine: Engine;
}

export interface Located {
  /** Null for a container that does not run. */
  subject: KernelSubject | null;
  container: RuntimeContainer | null;
}

/**
 * A container as the cgroup that holds it; any other subject as it is. Faults: `unsupported_subject`,
 * `subject_not_found`, `subject_not_allowed`, none retryable, and those of the runtime, which are.
 */
export async function locate(
  subject: HostSubject,
  { cgroups, engine }: HostScope,
): Promise<Located> {
  if (subject.kind !== 'container') return { subject, container: null };
  if (engine === null) {
    const message = 'this agent knows no container runtime: CORDON_AGENT_DOCKER names its socket';
    throw fault('unsupported_subject', message);
  }
  const facts = await engine.inspect(subject.id);
  if (facts === null) throw fault('subject_not_found', 'there is no such container');
  const path = cgroupOfContainer(facts);
  if (path === null) return { subject: null, container: { facts, engine } };
  assertAllowed(path, cgroups);
  return { subject: { kind: 'cgroup', path }, container: { facts, engine } };
}

/** The same for what must run. */
export async function locateRunning(
  subject: HostSubject,
  scope: HostScope,
): Promise<Located & { subject: KernelSubject }> {
  const located = await locate(subject, scope);
  if (located.subject === null) throw fault('subject_not_found', 'the container does not run');
  return { ...located, subject: located.subject };
}

/** Null where it does not run. What its first process has made below it, as an init does, belongs to it. */
function cgroupOfContainer({ Id, State }: Container): string | null {
  const path = State.Pid === 0 ? null : cgroupOf(`/proc/${State.Pid}`);
  if (path === null) return null;
  const parts = path.split('/');
  const at = parts.findIndex((part) => part.includes(Id));
  if (at >= 0) return parts.slice(0, at + 1).join('/');
  // A runtime that names it otherwise, or has made it none: what else is in there is not the container's.
  const message = 'the container has no cgroup of version 2 that is named after it';
  throw fault('unsupported_subject', message);
}

function assertAllowed(path: string, allowed: readonly string[]): void {
  if (allowed.some((root) => isBelow(path, root))) return;
  const parent = path.slice(0, path.lastIndexOf('/'));
  const message = `the container is in ${path}: CORDON_AGENT_CGROUPS would have to name ${parent || path}`;
  throw fault('subject_not_allowed', message);
}

function fault(code: string, message: string): Fault {
  return new Fault(code, message, { retryable: false });
}
