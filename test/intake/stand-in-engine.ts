import { Fault } from '../../src/domain/fault.ts';
import type { Ledger, Pending } from '../../src/domain/ledger.ts';
import type { Severity } from '../../src/domain/severity.ts';
import { admission, freeze, recorded } from '../support/admissions.ts';

const POISON = new TypeError('an argument that the engine refuses');

/** Stands where the workflow engine stands: starts what it is given, and contains it when the test says so. */
export function standInEngine(ledger: Pick<Ledger, 'log'>) {
  const engine = {
    away: false,
    /** The ids that it refuses to start. */
    poisoned: new Set<string>(),
    /** Contained as soon as they are started. */
    prompt: true,
    asked: 0,
    started: [] as string[],
    start: async ({ input: { id } }: Pending) => {
      engine.asked += 1;
      if (engine.away) throw new Fault('engine_unavailable', 'away', { retryable: true });
      if (engine.poisoned.has(id)) throw POISON;
      engine.started.push(id);
      if (engine.prompt) await engine.contain(id);
    },
    /** Tells the ledger of a first attempt, as the workflow would. */
    contain: async (id: string) => {
      const done = { status: 'contained', reason: 'ok', detail: '' } as const;
      const result = { action: 'freeze_agent', target: 'agent', ...done };
      await ledger.log.append(id, [recorded('first', { type: 'action', result })]);
    },
  };
  return engine;
}

/** An incident in the ledger, for whoever comes first unless it is leased. */
export async function admitted(
  ledger: Pick<Ledger, 'log'>,
  number: number,
  wishes: { severity?: Severity; lease?: { owner: string; until_ms: number } } = {},
): Promise<Pending> {
  const made = admission(number, { ...wishes, holds: [freeze(`host-${number}`)] });
  await ledger.log.admit(made);
  return { input: made.input, severity: made.input.plan.severity };
}
