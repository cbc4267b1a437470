import { join } from 'node:path';
import type { Logger } from 'pino';
import { sha256Hex } from './evidence/digest.ts';
import { startAgent } from './agent/agent.ts';
import { createAgentHandler } from './agent/handler.ts';
import { NOTHING_ALLOWED } from './agent/host-routes.ts';
import { provision } from './agent/provision.ts';
import { readToken } from './agent/token.ts';
import { cgroupDirectory, cgroupOf } from './agent/subjects/cgroup-tree.ts';
import { openTpm } from './agent/tpm.ts';
import type { Config } from './config.ts';
import { Fault } from './domain/fault.ts';
import type { HostParts } from './range/host.ts';
import { ensureSecret, tokenFile } from './range/secrets.ts';
import { startSoftwareTpm, type SoftwareTpm } from './range/software-tpm.ts';
import { startWorkload, type Workload } from './range/workload.ts';

const HANDLES = { akHandle: '0x81010020', ekHandle: '0x81010001' };

/** What the firmware of the practice host measures. */
const SELECTION = [{ bank: 'sha256' as const, pcrs: [0, 2, 4, 7] }];

/** The host of the practice range, with the real agent on it; null where it is not wanted. */
export async function startPracticeHost(config: Config, log: Logger): Promise<HostParts | null> {
  if (config.CORDON_RANGE_TPM === 'off') return null;
  const home = config.CORDON_HOME;
  try {
    const tpm = await tpmOf(config, log);
    return await startAgentOn(tpm, home, log).catch(async (error: unknown) => {
      await tpm?.stop();
      throw error;
    });
  } catch (error) {
    if (config.CORDON_RANGE_TPM === 'require' || !(error instanceof Fault)) throw error;
    log.error({ err: error }, 'there is no practice host');
    return null;
  }
}

/** To have no swtpm is a choice; one that does not work is a defect. */
async function tpmOf(config: Config, log: Logger): Promise<SoftwareTpm | null> {
  try {
    const say = (message: string) => log.info({}, message);
    return await startSoftwareTpm({ home: config.CORDON_HOME, log: say });
  } catch (error) {
    const isMissing = error instanceof Fault && error.code === 'software_tpm_missing';
    if (config.CORDON_RANGE_TPM === 'require' || !isMissing) throw error;
    log.info({}, error.message);
    return null;
  }
}

async function startAgentOn(
  tpm: SoftwareTpm | null,
  home: string,
  log: Logger,
): Promise<HostParts> {
  ensureSecret(home, tokenFile('host'));
  const keys = tpm && openTpm({ tcti: tpm.tcti, ...HANDLES });
  if (keys !== null) await provision(keys);
  const { cgroup, workload } = await workloadOf(home, log);
  const stateDirectory = join(home, 'range', 'host-agent');
  const agentSocket = join(home, 'run', 'host-agent.sock');
  const handler = createAgentHandler({
    tpm: keys,
    selection: SELECTION,
    // The software TPM comes without firmware, and so without its log.
    eventLog: () => Promise.resolve(null),
    host:
      cgroup === '' ? NOTHING_ALLOWED : { cgroups: [cgroup], runtimeSocket: '', stateDirectory },
    token: () => readToken(join(home, tokenFile('host'))),
    complain: (problem) => log.warn(problem, 'the agent of the practice host failed'),
  });
  const agent = await startAgent({ bind: { path: agentSocket }, handler });
  return {
    tpm,
    agentSocket,
    workload: workload === null ? '' : `${cgroup}/${workload.name}`,
    stop: async () => {
      await agent.stop();
      await workload?.stop();
      await tpm?.stop();
    },
  };
}

/** Below the cgroup that we are in, where this user may make one; elsewhere the practice host runs nothing. */
async function workloadOf(
  home: string,
  log: Logger,
): Promise<{ cgroup: string; workload: Workload | null }> {
  try {
    const ours = (cgroupOf('/proc/self') ?? '').replace(/\/$/, '');
    // Of its own for each CORDON_HOME, and found again by the next run.
    const cgroup = `${ours}/cordon-practice-${sha256Hex(Buffer.from(home)).slice(0, 8)}`;
    return { cgroup, workload: await startWorkload(cgroupDirectory(cgroup)) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.info({ reason }, 'the practice host runs nothing that could be captured from');
    return { cgroup: '', workload: null };
  }
}
