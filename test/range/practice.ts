import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { once } from '../../src/domain/once.ts';
import { targetsPolicySchema, type TargetsPolicy } from '../../src/domain/targets.ts';
import type { ActionRequest } from '../../src/domain/target.ts';
import { startRange, type Range } from '../../src/range/range.ts';

/** A range in a throw-away home, listening on sockets only. */
export interface Practice {
  home: string;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPractice(now?: () => number): Promise<Practice> {
  const home = mkdtempSync(join(tmpdir(), 'range-'));
  const start = (): Promise<Range> =>
    startRange({ home, attestorPort: 0, integrityPort: 0, ...(now && { now }) });
  let range = await start();
  return {
    home,
    restart: async () => {
      await range.stop();
      range = await start();
    },
    stop: async () => {
      await range.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** The policy file that ships with Cordon. */
const readShipped = once(() => {
  const file = new URL('../../policy/targets.yaml', import.meta.url);
  return targetsPolicySchema.parse(parse(readFileSync(file, 'utf8')));
});

/** A copy, of which a test may change what it likes. */
export function shippedTargets(): TargetsPolicy {
  return structuredClone(readShipped());
}

export function requestFor(action: string, over: Partial<ActionRequest> = {}): ActionRequest {
  const { actions } = shippedTargets();
  const shipped = Object.hasOwn(actions, action) ? actions[action] : undefined;
  return {
    incident_id: 'INC-20260314-120000-0000abcd',
    action,
    target: shipped && 'target' in shipped ? shipped.target : 'registry',
    resource: action,
    reason: 'PCR 7 differs',
    class: 'attestation_failure',
    severity: 'critical',
    subject: { host: 'web-1', agent: 'planner', model: 'm-7', extension: 'weather-tools' },
    containment_key: `INC-20260314-120000-0000abcd/${action}`,
    idempotency_key: `${action}-1`,
    timeout_ms: 2_000,
    ...over,
  };
}
