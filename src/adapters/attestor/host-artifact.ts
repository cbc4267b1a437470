import { Fault } from '../../domain/fault.ts';
import {
  ARTIFACT_TRAILER,
  artifactReportSchema,
  type ArtifactReport,
} from '../../domain/host-capture.ts';
import type { HostArtifact } from '../../domain/host-agent.ts';
import type { Streamed } from '../targets/endpoint.ts';

/** An artifact as it comes in. A body that breaks off in the middle is a retryable Fault `agent_broke_off`. */
export function hostArtifact(streamed: Streamed): HostArtifact {
  return { bytes: whole(streamed), report: () => reportOf(streamed) };
}

async function* whole({ bytes }: Streamed): AsyncGenerator<Uint8Array> {
  try {
    yield* bytes;
  } catch (cause) {
    throw brokeOff('the agent broke off in the middle', cause);
  }
}

/** The trailer comes behind everything, so that an agent which died in the middle has sent none. */
function reportOf({ trailer }: Streamed): ArtifactReport {
  const text = trailer(ARTIFACT_TRAILER);
  if (text === undefined) throw brokeOff('the agent sent no report behind the bytes');
  const read = artifactReportSchema.safeParse(json(text));
  if (read.success) return read.data;
  throw brokeOff("the agent's report is not of its form");
}

function json(base64url: string): unknown {
  try {
    return JSON.parse(Buffer.from(base64url, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function brokeOff(message: string, cause?: unknown): Fault {
  return new Fault('agent_broke_off', message, { retryable: true, cause });
}
