import { once } from 'node:events';
import { captureHost, type CaptureHostDeps } from '../../activities/capture-host.ts';
import type { HostArtifact } from '../../src/domain/host-agent.ts';
import { captureDeps, type CaptureSite, requestAt } from './capture-site.ts';

/**
 * A worker that captures from a host as it always does, and says at each step that it is there: it goes on when it is
 * told to, so that whatever takes part can be killed in between. Its site is its last argument.
 */
export type Step = 'frozen' | 'memory_begun' | 'manifest_due';

async function at(step: Step): Promise<void> {
  const told = once(process, 'message');
  process.send?.(step);
  await told;
}

function stepwise(deps: CaptureHostDeps): CaptureHostDeps {
  const { hostAgent, custodian } = deps;
  return {
    ...deps,
    hostAgent: {
      ...hostAgent,
      freeze: async (...asked) => {
        const answer = await hostAgent.freeze(...asked);
        await at('frozen');
        return answer;
      },
      capture: async (host, request) => {
        const sent = await hostAgent.capture(host, request);
        if (request.collector !== 'memory' || 'reason' in sent) return sent;
        return { answer: haltingAfterOne(sent.answer) };
      },
    },
    custodian: {
      ...custodian,
      seal: async (taken) => {
        await at('manifest_due');
        return custodian.seal(taken);
      },
    },
  };
}

function haltingAfterOne({ bytes, report }: HostArtifact): HostArtifact {
  async function* halting() {
    let isFirst = true;
    for await (const chunk of bytes) {
      yield chunk;
      if (isFirst) await at('memory_begun');
      isFirst = false;
    }
  }
  return { bytes: halting(), report };
}

if (import.meta.main) {
  const site: CaptureSite = JSON.parse(process.argv.at(-1) ?? '');
  const captured = await captureHost(stepwise(await captureDeps(site)), requestAt(site));
  process.send?.(captured);
  process.disconnect();
}
