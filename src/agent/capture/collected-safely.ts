import { Fault } from '../../domain/fault.ts';
import { errorCode } from '../subjects/gone.ts';
import type { Collected, Verdict } from './collector.ts';

/** The same bytes, except that an error ends them: what there was is kept, and the verdict says why there is no more. */
export function collectedSafely(collect: () => Collected | Promise<Collected>): Collected {
  let collected: Collected | null = null;
  let failure: Verdict | null = null;
  async function* bytes() {
    try {
      collected = await collect();
      yield* collected.bytes;
    } catch (error) {
      failure = verdictOn(error);
      // The agent's standard error; the report says it without a stack.
      if (!(error instanceof Fault)) console.error(error);
    }
  }
  return {
    get mediaType() {
      return collected?.mediaType ?? 'application/octet-stream';
    },
    bytes: bytes(),
    verdict: () => failure ?? collected?.verdict() ?? verdictOn(undefined),
  };
}

function verdictOn(error: unknown): Verdict {
  const isUnsupported = error instanceof Fault && error.code.startsWith('unsupported_');
  return {
    completeness: isUnsupported ? 'unsupported' : 'failed',
    reason: error instanceof Fault ? error.message : (errorCode(error) ?? 'the collector failed'),
    notes: [],
  };
}
