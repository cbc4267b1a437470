import { judgeRevocation } from './adapters/detectors/keylime-verdict.ts';
import { createKeylimeVerifier } from './adapters/detectors/keylime-verifier.ts';
import type { Config } from './config.ts';
import type { JsonObject } from './domain/alert.ts';
import type { Witness } from './intake/corroborate.ts';

/** The newest version of its API that says how an agent stands in the members that are read. */
const API_VERSION = '2.5';

/** A verifier has it in its database. */
const TIMEOUT_MS = 5_000;

/** Null where no verifier is configured: its webhook is then believed alone, as whatever fails closed. */
export function keylimeWitness(config: Config): (Witness & { close(): Promise<void> }) | null {
  const { KEYLIME_VERIFIER_URL: url, KEYLIME_VERIFIER_TOKEN_FILE: token_file } = config;
  const { KEYLIME_VERIFIER_CA_FILE: ca_file, CORDON_HOME: home } = config;
  if (url === '') return null;
  const given = { ...(token_file !== '' && { token_file }), ...(ca_file !== '' && { ca_file }) };
  const place = { url, ...given };
  const verifier = createKeylimeVerifier({
    ...{ place, home, version: API_VERSION, timeoutMs: TIMEOUT_MS },
  });
  return {
    name: 'keylime-verifier',
    format: 'keylime',
    ask: async ({ facts }) => {
      const revocation = {
        agent_id: wordIn(facts, 'agent_id'),
        event_id: wordIn(facts, 'event_id'),
      };
      return judgeRevocation(revocation, await verifier.ask(revocation.agent_id));
    },
    close: () => verifier.close(),
  };
}

function wordIn(facts: JsonObject, name: string): string {
  const value = facts[name];
  return typeof value === 'string' ? value : '';
}
