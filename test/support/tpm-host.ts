import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, startAgent } from '../../src/agent/agent.ts';
import { createAgentHandler } from '../../src/agent/handler.ts';
import { NOTHING_ALLOWED } from '../../src/agent/host-routes.ts';
import { provision } from '../../src/agent/provision.ts';
import { openTpm, type Tpm } from '../../src/agent/tpm.ts';
import type { AgentPlace } from '../../src/domain/attestation-policy.ts';
import type { PcrSelection } from '../../src/domain/pcr-policy.ts';
import { startSoftwareTpm, type SoftwareTpm } from '../../src/range/software-tpm.ts';
import { tpmFolder } from '../../src/range/tpm-manufacture.ts';
import { AK_HANDLE, EK_HANDLE, SELECTION } from './software-tpm.ts';

const TOKEN = 'f'.repeat(64);

/** How an agent is other than an honest one: what it says of its TPM, and what it quotes. */
export interface Oddity {
  tpm?: Partial<Tpm>;
  selection?: PcrSelection[];
}

/** A host that has booted, with a software TPM whose maker certifies it, and the agent's keys in it. */
export interface TpmHost extends Pick<SoftwareTpm, 'tcti' | 'extend' | 'reset'> {
  home: string;
  tpm: Tpm;
  /** PEM of its TPM's maker. */
  ekRoot: string;
  /** Starts another agent on it, and says where. */
  agent(oddity?: Oddity): Promise<AgentPlace>;
  stop(): Promise<void>;
}

export async function startTpmHost(): Promise<TpmHost> {
  // Sockets below it must have short paths.
  const home = mkdtempSync(join(tmpdir(), 't-'));
  const power = await startSoftwareTpm({ home, log: () => undefined });
  const tpm = openTpm({ tcti: power.tcti, akHandle: AK_HANDLE, ekHandle: EK_HANDLE });
  await provision(tpm);
  const token_file = join(home, 'token');
  writeFileSync(token_file, TOKEN, { mode: 0o600 });
  mkdirSync(join(home, 'agents'));
  const agents: Agent[] = [];
  return {
    ...power,
    home,
    tpm,
    ekRoot: join(tpmFolder(home), 'ek-root.pem'),
    agent: async ({ tpm: odd = {}, selection = SELECTION } = {}) => {
      const unix = join(home, 'agents', String(agents.length));
      const handler = createAgentHandler({
        tpm: { ...tpm, ...odd },
        selection,
        eventLog: async () => null,
        host: NOTHING_ALLOWED,
        token: () => TOKEN,
        complain: () => undefined,
      });
      agents.push(await startAgent({ bind: { path: unix }, handler }));
      return { unix, token_file, timeout_ms: 5_000 };
    },
    stop: async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
      await power.stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
