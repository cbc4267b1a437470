import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Artifact } from '../../src/domain/events.ts';
import { localEvidence } from '../../src/local-evidence.ts';
import { makeCgroup, type TestCgroup } from '../support/cgroup.ts';
import { eventually } from '../support/eventually.ts';
import { openHostDoor, TOKEN, type HostDoor } from '../support/host-door.ts';
import { installation, STARTING_MS, type Installation } from '../support/installation.ts';
import { filesBelow, needlesIn, textsWithin } from '../support/needles.ts';
import { writePolicy } from '../support/policy-directory.ts';
import { runVictim } from '../support/victims.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const run = promisify(execFile);

/** What the agent on the host was given, each by another way. None may be read anywhere without a key. */
const CANARIES = {
  environment: 'c4n4ry-in-the-environment',
  arguments: 'c4n4ry-in-the-arguments',
  tmpfs: 'c4n4ry-in-a-tmpfs',
  secrets: 'c4n4ry-in-run-secrets',
} as const;

/** Made in two parts, so that they are in the files, and not in the script as well. */
const SCRIPT = `exec unshare -m sh -c '
  mount --make-rprivate /; mount -t tmpfs t /run; mkdir /run/secrets /run/bound
  C=c4n4ry; printf "$C-in-a-tmpfs" > /run/other; printf "$C-in-run-secrets" > /run/secrets/key
  mount --bind /run/secrets /run/bound; ln /run/secrets/key /run/linked
  ln -s secrets/key /run/pointed; exec 3</run/secrets/key
  touch "$2/ready"; while :; do sleep 1; done' victim "$@"`;

let folder: string;
let allowed: TestCgroup;
let door: HostDoor;
let cordon: Installation;
let identity: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cordon-secrets-'));
  identity = await generateX25519Identity();
  allowed = makeCgroup();
  const agent = allowed.below('agent');
  const env = { SERVICE_KEY: CANARIES.environment };
  const args = [`--api-key=${CANARIES.arguments}`, folder];
  await runVictim(SCRIPT, { cgroup: agent, env, args });
  const isReady = () => [...filesBelow(folder)].some(({ name }) => name.endsWith('ready'));
  await eventually(isReady, (ready) => ready);
  door = await openHostDoor([allowed.path]);
  writeFileSync(join(folder, 'token'), TOKEN, { mode: 0o600 });
  cordon = await installation({ policy: await policyFor([]) });
}, STARTING_MS);

afterAll(async () => {
  await cordon.stop();
  await door.close();
  await allowed.remove();
  rmSync(folder, { recursive: true });
});

/** The agent of the host, and who may read its memory; `evidence`: who may read everything else. */
async function policyFor(evidence: string[]) {
  const place = { unix: door.socket, token_file: join(folder, 'token') };
  const recipients = { evidence, memory: [await identityToRecipient(identity)] };
  return {
    attestation: { hosts: { 'web-1': place } },
    recovery: { capture: { recipients } },
  };
}

/** Reports the agent, and gives what was captured from its host. */
async function captured(): Promise<{ id: string; artifacts: Artifact[] }> {
  const subject = { host: 'web-1', process: `${allowed.path}/agent` };
  const { id } = await cordon.report({ class: 'attestation_failure', subject });
  const told = await eventually(
    () => cordon.events(id, 'captured'),
    (events) => events.some(({ artifacts }) => artifacts.some((one) => one.from_host)),
    60_000,
  );
  const fromHost = told.flatMap(({ artifacts }) => artifacts.filter((one) => one.from_host));
  await cordon.untilState(id, 'contained', 60_000);
  return { id, artifacts: fromHost };
}

async function opened(artifact: Artifact | undefined): Promise<Buffer> {
  const store = await localEvidence(cordon.env);
  const reader = new Decrypter();
  reader.addIdentity(identity);
  return zstdDecompressSync(await reader.decrypt(await store.get(artifact?.sha256 ?? '')));
}

const collectors = (artifacts: Artifact[]) => artifacts.map(({ collector }) => collector);
const by = (artifacts: Artifact[], name: string) =>
  artifacts.find(({ collector }) => collector === name);

/** Whatever is answered to anybody, and whatever stands on a disk. */
async function everythingOf(id: string) {
  const outputs = [];
  for (const path of ['', `/${id}`, `/${id}/timeline`, `/${id}/bundle`]) {
    outputs.push(await answer(`/api/v1/incidents${path}`));
  }
  for (const path of ['/health', '/metrics', '/api/v1/stats', '/api/v1/forensic/export']) {
    outputs.push(await answer(path));
  }
  for (const command of [
    ['show', id],
    ['evidence', 'verify'],
    ['export', id],
  ]) {
    const args = ['--disable-warning=ExperimentalWarning', MAIN, ...command];
    const env = { ...cordon.env, CORDON_URL: cordon.url };
    const { stdout, stderr } = await run(process.execPath, args, { env });
    outputs.push({ name: `cordon ${command[0]}`, bytes: Buffer.from(stdout + stderr) });
  }
  const complaints = door.complaints.map(String);
  return [
    ...outputs,
    ...textsWithin('the log of the agent', complaints),
    ...textsWithin('the history of the workflow', await cordon.history(id)),
    ...filesBelow(cordon.home),
  ];
}

async function answer(path: string) {
  const headers = { authorization: `Bearer ${cordon.tokenOf('admin')}` };
  const response = await fetch(cordon.url + path, { headers });
  return { name: path, bytes: Buffer.from(await response.arrayBuffer()) };
}

describe('the secrets of an agent that is captured', () => {
  it('are in its memory, and in nothing that can be read without a key', async () => {
    const { id, artifacts } = await captured();
    expect(collectors(artifacts)).toEqual(
      expect.arrayContaining(['processes', 'network', 'files', 'memory']),
    );
    const memory = await opened(by(artifacts, 'memory'));
    const dumped = [{ name: 'memory', bytes: memory }];
    expect(needlesIn(dumped, [CANARIES.environment, CANARIES.arguments])).toHaveLength(2);

    const everything = await everythingOf(id);
    // So that nothing is found where nothing was looked at.
    expect(needlesIn(everything, [id]).length).toBeGreaterThan(10);
    expect(needlesIn(everything, Object.values(CANARIES))).toEqual([]);
  }, 120_000);

  it('are in what temporary files hold, but for what was entrusted to it', async () => {
    const policy = await policyFor([await identityToRecipient(identity)]);
    await writePolicy(join(cordon.home, 'policy'), policy);
    expect((await cordon.api('POST', '/api/v1/reload')).status).toBe(200);
    const { id, artifacts } = await captured();
    const tmpfs = await opened(by(artifacts, 'tmpfs'));
    const archived = [{ name: 'tmpfs', bytes: tmpfs }];
    expect(needlesIn(archived, Object.values(CANARIES))).toEqual([`tmpfs: ${CANARIES.tmpfs}`]);
    for (const artifact of artifacts.filter(({ collector }) => collector !== 'memory')) {
      const other = [{ name: artifact.collector, bytes: await opened(artifact) }];
      expect(needlesIn(other, [CANARIES.secrets])).toEqual([]);
    }
    expect(needlesIn(await everythingOf(id), Object.values(CANARIES))).toEqual([]);
  }, 120_000);
});
