import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { z } from 'zod';
import { ownPorts } from '../own-ports.ts';
import { startSender } from './sender.ts';

/** Seconds between two deliveries; OPA knows none shorter. */
const SOON = { min_delay_seconds: 1, max_delay_seconds: 1 };

const POLICY = `
package agents.tools

default allow := false

allow if input.tool == "read"
`;

const decisionSchema = z.object({ result: z.boolean(), decision_id: z.string() });

export interface Opa {
  /** Asks whether the agent may use the tool. The decision is logged, by its id. */
  decide(input: { agent: string; tool: string }): Promise<z.infer<typeof decisionSchema>>;
  stop(): Promise<void>;
}

/** A server whose decision log goes to Cordon, in its own way: chunks, compressed. */
export async function startOpa(
  command: string,
  log: { url: string; tokenFile: string },
): Promise<Opa> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-opa-'));
  const [policy, config] = [join(folder, 'tools.rego'), join(folder, 'config.yaml')];
  await writeFile(policy, POLICY);
  await writeFile(
    config,
    stringify({
      services: {
        cordon: { url: log.url, credentials: { bearer: { token_path: log.tokenFile } } },
      },
      decision_logs: {
        service: 'cordon',
        resource: '/api/v1/alerts/opa',
        reporting: SOON,
      },
    }),
  );
  const [port] = await ownPorts(1);
  const address = `127.0.0.1:${port}`;
  const args = ['run', '--server', '--addr', address, '--config-file', config];
  const isReady = async () => (await fetch(`http://${address}/health`)).ok;
  const sender = await startSender(
    folder,
    command,
    [...args, '--skip-version-check', policy],
    isReady,
  );
  return {
    decide: async (input) => {
      const response = await fetch(`http://${address}/v1/data/agents/tools/allow`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ input }),
      });
      return decisionSchema.parse(await response.json());
    },
    stop: async () => {
      await sender.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
