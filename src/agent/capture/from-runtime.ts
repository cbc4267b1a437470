import { Fault } from '../../domain/fault.ts';
import type { Engine } from '../docker/engine.ts';
import { errorCode } from '../subjects/gone.ts';
import type { CaptureTarget, CollectFrom } from './collector.ts';
import { type Findings, startFindings } from './findings.ts';
import { tarEntry, TAR_TYPE } from './tar-entry.ts';
import { unhurried } from './unhurried.ts';

/** An entry of an archive that its container's runtime gave. */
export interface RuntimeEntry {
  name: string;
  bytes: Buffer;
}

/**
 * A collector whose artifact is a tar, which begins with what the runtime says of a container. What it does not give
 * is said, and the archive is made all the same.
 */
export function collectWithRuntime(
  ask: (engine: Engine, id: string, findings: Findings) => Promise<RuntimeEntry>,
  archive: (target: CaptureTarget, findings: Findings, given: boolean) => Iterable<Uint8Array>,
): CollectFrom {
  return (target) => {
    const findings = startFindings();
    async function* bytes() {
      const entry = await asked(target, findings, ask);
      const given = entry !== null;
      if (given)
        yield* tarEntry({ name: entry.name, type: 'file', size: entry.bytes.length }, [
          entry.bytes,
        ]);
      yield* unhurried(archive(target, findings, given));
    }
    return { mediaType: TAR_TYPE, bytes: bytes(), verdict: findings.verdict };
  };
}

/** Null for what is no container, and where the runtime gave nothing in the time that there is. */
async function asked(
  { container, deadlineMs }: CaptureTarget,
  findings: Findings,
  ask: (engine: Engine, id: string, findings: Findings) => Promise<RuntimeEntry>,
): Promise<RuntimeEntry | null> {
  if (container === null) return null;
  const { openEngine } = await import('../docker/engine.ts');
  const leftMs = Math.max(0, (deadlineMs - performance.now()) * ASKING_SHARE);
  try {
    return await Promise.race([
      ask(openEngine(container.socket), container.id, findings),
      late(leftMs),
    ]);
  } catch (error) {
    findings.lower('truncated', whyNone(error));
    return null;
  }
}

/** A runtime that breaks off in the middle of an answer is none of our bugs. */
function whyNone(error: unknown): string {
  if (error instanceof Fault) return error.message;
  const code = errorCode(error);
  if (code === undefined) throw error;
  return `the runtime broke off with ${code}`;
}

/** Of the time that is left: an engine that hangs must not take that of what the kernel gives. */
const ASKING_SHARE = 0.5;

function late(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    const message = 'the runtime took too long';
    setTimeout(() => reject(new Fault('runtime_slow', message, { retryable: true })), ms).unref();
  });
}
