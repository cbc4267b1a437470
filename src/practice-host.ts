import { join } from 'node:path';
import type { Logger } from 'pino';
import { startAgent } from './agent/agent.ts';
import { createAgentHandler } from './agent/handler.ts';
import { provision } from './agent/provision.ts';
import { readToken } from './agent/token.ts';
import { openTpm } from './agent/tpm.ts';
import type { Config } from './config.ts';
import { Fault } from './domain/fault.ts';
import type { HostParts } from './range/host.ts';
import { ensureSecret, tokenFile } from './range/secrets.ts';
import { startSoftwareTpm, type SoftwareTpm } from './range/software-tpm.ts';

const HANDLES = { akHandle: '0x81010020', ekHandle: '0x81010001' };

/** What the firmware of the practice host measures. */
const SELECTION = [{ bank: 'sha256' as const, pcrs: [0, 2, 4, 7] }];

/** The host of the practice range, with the real agent on it; null where it is not wanted or cannot be had. */
export async function startPracticeHost(config: Config, log: Logger): Promise<HostParts | null> {
  if (config.CORDON_RANGE_TPM === 'off') return null;
  const home = config.CORDON_HOME;
  try {
    const tpm = await startSoftwareTpm({ home, log: (message) => log.info({}, message) });
    return await startAgentOn(tpm, home, log).catch(async (error: unknown) => {
      await tpm.stop();
      throw error;
    });
  } catch (error) {
    if (config.CORDON_RANGE_TPM === 'require' || !(error instanceof Fault)) throw error;
    // To have no swtpm is a choice; one that does not work is a defect.
    if (error.code === 'software_tpm_missing') log.info({}, error.message);
    else log.error({ err: error }, 'there is no practice host');
    return null;
  }
}

async function startAgentOn(tpm: SoftwareTpm, home: string, log: Logger): Promise<HostParts> {
  ensureSecret(home, tokenFile('host'));
  const keys = openTpm({ tcti: tpm.tcti, ...HANDLES });
  await provision(keys);
  const agentSocket = join(home, 'run', 'host-agent.sock');
  const handler = createAgentHandler({
    tpm: keys,
    selection: SELECTION,
    // The software TPM comes without firmware, and so without its log.
    eventLog: () => Promise.resolve(null),
    cgroups: [],
    token: () => readToken(join(home, tokenFile('host'))),
    complain: (problem) => log.warn(problem, 'the agent of the practice host failed'),
  });
  const agent = await startAgent({ bind: { path: agentSocket }, handler });
  return {
    tpm,
    agentSocket,
    stop: async () => {
      await agent.stop();
      await tpm.stop();
    },
  };
}
