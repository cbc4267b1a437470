import { z } from 'zod';
import type { TargetsPolicy } from '../../../domain/targets.ts';
import { createEndpointPool } from '../../targets/endpoint-pool.ts';
import type { Endpoint } from '../../targets/endpoint.ts';
import { success, type Problem } from '../../targets/problem.ts';
import { jsonAnswer } from '../json-answer.ts';

const PATH = '/api/v1/safe-mode';
const STATUS = '/api/v1/status';
const statusSchema = z.looseObject({ safe_mode: z.boolean() });

/** What lets work of agents in, and in safe mode nothing. `name`: of the target that it is. */
export interface Gate {
  /** Null where it was accepted. */
  set(name: string, order: GateOrder, signal: AbortSignal): Promise<Problem | null>;
  isOn(name: string, signal: AbortSignal): Promise<{ on: boolean } | Problem>;
  close(): Promise<void>;
}

export interface GateOrder {
  on: boolean;
  /** The incidents that hold it, for those who look at the gate. */
  holders: string[];
}

export interface GateDeps {
  /** The policy in force. */
  policy: () => Pick<TargetsPolicy, 'targets'>;
  home: string;
  now: () => number;
}

/** The gates that the running policy names. Nothing is thrown for what one does. */
export function createGate({ policy, home, now }: GateDeps): Gate {
  const pool = createEndpointPool(home);
  const at = (name: string): Endpoint | Problem => {
    const { targets } = policy();
    const place = Object.hasOwn(targets, name) ? targets[name] : undefined;
    if (place !== undefined) return pool.at(place, targets);
    const detail = `the running policy has no target ${name}`;
    return { reason: 'unknown_target', detail, retryable: false };
  };
  return {
    set: async (name, body, signal) => {
      const endpoint = at(name);
      if ('reason' in endpoint) return endpoint;
      const answer = await endpoint.call({ method: 'POST', path: PATH, body }, signal);
      const outcome = success(answer, `${name}${PATH}`, now());
      return 'reason' in outcome ? outcome : null;
    },
    isOn: async (name, signal) => {
      const endpoint = at(name);
      if ('reason' in endpoint) return endpoint;
      const answer = await endpoint.call({ method: 'GET', path: STATUS }, signal);
      const read = jsonAnswer(answer, statusSchema, `reading ${name}${STATUS}`, now());
      return 'reason' in read ? read : { on: read.said.safe_mode };
    },
    close: () => pool.close(),
  };
}
