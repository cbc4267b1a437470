import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callSocket } from '../agent/ports.ts';
import { cordonProcess, type Part } from './processes.ts';

/** `./cordon agent` as a process of its own, all of whose files are below `folder`: its socket is `agent.sock`. */
export function agentProcess(folder: string, token: string, env: Record<string, string>): Part {
  const socket = join(folder, 'agent.sock');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const { PATH = '' } = process.env;
  return cordonProcess({
    role: 'agent',
    env: {
      PATH,
      CORDON_AGENT_BIND: `unix:${socket}`,
      CORDON_AGENT_TOKEN_FILE: tokenFile,
      ...env,
    },
    logFile: join(folder, 'log'),
    isReady: () =>
      callSocket(socket, 'GET /health').then(
        ({ status }) => status === 200,
        () => false,
      ),
  });
}
