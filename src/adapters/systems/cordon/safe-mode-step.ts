import { instantOf } from '../../../domain/instant.ts';
import type { SafeModes } from '../../../domain/ledger.ts';
import type { Problem } from '../../targets/problem.ts';
import type { Effect, Reading, SystemCall } from '../system-driver.ts';
import type { Gate } from './gate.ts';

export interface SafeModeStepDeps {
  safeMode: SafeModes;
  gate: Gate;
  now: () => number;
}

type Call = SystemCall<'cordon'>;

/** On the record first: what the gate is told after that is told again until it obeys. Nobody but a person undoes it. */
export async function enterSafeMode(
  { safeMode, gate, now }: SafeModeStepDeps,
  { system, request }: Call,
  wanted: Effect,
  signal: AbortSignal,
): Promise<Problem | null> {
  if (system.gate === undefined) return NO_GATE;
  if (wanted === 'release') return BY_A_PERSON;
  const { resource, incident_id } = request;
  await safeMode.enter({ resource, incident_id, at: instantOf(now()) });
  const { holders } = await safeMode.standing();
  return gate.set(system.gate, { on: true, holders }, signal);
}

export async function readSafeMode(
  { safeMode, gate }: SafeModeStepDeps,
  { system }: Call,
  wanted: Effect,
  signal: AbortSignal,
): Promise<Reading | Problem> {
  if (system.gate === undefined) return NO_GATE;
  const [standing, read] = await Promise.all([safeMode.standing(), gate.isOn(system.gate, signal)]);
  if ('reason' in read) return read;
  const isWanted = (on: boolean) => on === (wanted === 'apply');
  const phrase = wanted === 'apply' ? 'in safe mode' : 'out of safe mode';
  const said: [boolean, string][] = [
    [isWanted(standing.on), `Cordon is ${phrase}`],
    [isWanted(read.on), `${system.gate} is ${phrase}`],
  ];
  return {
    met: said.filter(([isSo]) => isSo).map(([, text]) => text),
    unmet: said.filter(([isSo]) => !isSo).map(([, text]) => text),
  };
}

const NO_GATE: Problem = {
  reason: 'unknown_target',
  detail: 'the running policy says of no gate that could be told',
  retryable: false,
};
const BY_A_PERSON: Problem = {
  reason: 'refused',
  detail: 'safe mode is left by a person',
  retryable: false,
};
