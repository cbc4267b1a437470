import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { startAgent } from './agent/agent.ts';
import { readAgentConfig, type AgentConfig } from './agent/agent-config.ts';
import { readEventLog } from './agent/event-log.ts';
import { createAgentHandler } from './agent/handler.ts';
import { provision } from './agent/provision.ts';
import { isOpenToOthers, readToken } from './agent/token.ts';
import { openTpm, type Tpm } from './agent/tpm.ts';
import { readConfig, type Env } from './config.ts';
import { createLog } from './log.ts';
import { untilAskedToStop } from './stop-signals.ts';

/** The agent of a protected host, until it is asked to stop. */
export async function runAgent(env: Env): Promise<void> {
  const log = createLog(readConfig(env).LOG_LEVEL, 'cordon-agent');
  const config = readAgentConfig(env);
  const asked = untilAskedToStop();
  const tokenFile = config.CORDON_AGENT_TOKEN_FILE;
  readToken(tokenFile);
  if (isOpenToOthers(tokenFile)) log.warn({ file: tokenFile }, 'others can read the token');

  const tpm = tpmOf(config);
  if (tpm !== null) await makeKeys(tpm, log);
  const handler = createAgentHandler({
    tpm,
    selection: config.CORDON_AGENT_PCRS,
    eventLog: () => readEventLog(config.CORDON_AGENT_EVENT_LOG),
    host: {
      cgroups: config.CORDON_AGENT_CGROUPS,
      runtimeSocket: config.CORDON_AGENT_DOCKER,
      stateDirectory: config.CORDON_AGENT_STATE,
      isEdge: config.CORDON_AGENT_EDGE === 'on',
    },
    token: () => readToken(tokenFile),
    complain: (problem) => log.warn(problem, 'a call failed'),
  });
  const agent = await startAgent({ bind: config.CORDON_AGENT_BIND, handler, ...tlsOf(config) });
  log.info({ address: agent.address }, 'listening');
  await asked;
  await agent.stop();
}

function tpmOf(config: AgentConfig): Tpm | null {
  if (config.CORDON_AGENT_TPM === 'off') return null;
  return openTpm({
    tcti: config.CORDON_AGENT_TCTI,
    akHandle: config.CORDON_AGENT_AK_HANDLE,
    ekHandle: config.CORDON_AGENT_EK_HANDLE,
  });
}

async function makeKeys(tpm: Tpm, log: Logger): Promise<void> {
  const { created, akName } = await provision(tpm);
  const message = created
    ? 'a new attestation key: enrol this host, and compare the name'
    : 'the attestation key';
  log.info({ ak_name: akName }, message);
}

function tlsOf(config: AgentConfig) {
  if (config.CORDON_AGENT_TLS_CERT === '') return {};
  const cert = readFileSync(config.CORDON_AGENT_TLS_CERT);
  return { tls: { cert, key: readFileSync(config.CORDON_AGENT_TLS_KEY) } };
}
