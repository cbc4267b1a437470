import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const KNOWN_GOOD = 'known-good';

const REGISTERED = ['agent-1', 'agent-2', 'agent-3', 'agent-4', 'agent-7'];

/** What the practice range would run by, if it ran anything. */
const FILES: Readonly<Record<string, string>> = {
  'opa/agents.rego': `package agents

default allow := false

allow if {
	input.identity
	not denied
}

denied if data.cordon.deny[input.identity][_]
`,
  'kyverno/signed-images.yaml': `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: { name: signed-images }
spec:
  validationFailureAction: Enforce
  rules:
    - name: by-the-pinned-key
      match: { any: [{ resources: { kinds: [Pod] } }] }
      verifyImages:
        - imageReferences: ['practice/*']
          attestors: [{ entries: [{ keys: { publicKeys: k8s://cordon/cosign } }] }]
`,
  'orchestrator/settings.yaml': `image_policy: signed
network: allow-listed
shared_state: signed
max_agents: 8
`,
  'spire/entries.yaml': spireEntries(),
};

/** One entry for each agent, as the range's SPIRE server has them at first. */
function spireEntries(): string {
  const entries = REGISTERED.map(
    (name) => `  - spiffe_id: spiffe://practice.cordon/agent/${name}
    parent_id: spiffe://practice.cordon/spire/agent/join_token/practice-host
    selectors: ['docker:label:agent:${name}']
`,
  );
  return `entries:\n${entries.join('')}`;
}

/** By one of no name, at no time, so that the commit is the same everywhere. */
const NOBODY = {
  GIT_AUTHOR_NAME: 'practice',
  GIT_AUTHOR_EMAIL: 'practice@range.invalid',
  GIT_AUTHOR_DATE: '2026-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'practice',
  GIT_COMMITTER_EMAIL: 'practice@range.invalid',
  GIT_COMMITTER_DATE: '2026-01-01T00:00:00Z',
};

/** Policies and configuration under version control, tagged as known to be good. Rejects where there is no git. */
export async function makePracticeRepository(folder: string): Promise<void> {
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, path), text);
  }
  const git = (...args: string[]) =>
    run('git', ['-C', folder, ...args], {
      env: {
        PATH: process.env['PATH'],
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_CONFIG_GLOBAL: devNull,
        ...NOBODY,
      },
    });
  await git('init', '-q', '--template=');
  await git('add', '-A');
  await git('commit', '-q', '-m', 'known to be good');
  await git('tag', KNOWN_GOOD);
}
