import { readConfig, type Env } from './config.ts';
import { playbookStandings } from './intake/playbook-standing.ts';
import { readPolicy } from './intake/policy-files.ts';
import type { PlaybookStanding } from './intake/policy-playbooks.ts';

/** The playbooks of this machine's policy as its files have them now. */
export async function localPlaybooks(env: Env): Promise<PlaybookStanding[]> {
  const { CONTAINMENT_POLICY_PATH: containmentPath } = readConfig(env);
  return playbookStandings(await readPolicy({ containmentPath }));
}
