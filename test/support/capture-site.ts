import { mkdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { CaptureHostDeps } from '../../activities/capture-host.ts';
import { createHostAgents } from '../../src/adapters/attestor/host-agents.ts';
import { createCustodian } from '../../src/adapters/custody/custodian.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import type { HostCaptureRequest } from '../../src/domain/activities.ts';
import { attestationPolicySchema } from '../../src/domain/attestation-policy.ts';
import { recoveryPolicySchema } from '../../src/domain/policy.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import { SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { TOKEN } from './host-door.ts';
import { UNTRIED } from './standing.ts';

/** Where a worker captures, as it can be told to another process. */
export interface CaptureSite {
  home: string;
  /** Of the agent. */
  socket: string;
  /** The path of what is captured. */
  cgroup: string;
  /** Who may read what was captured. */
  recipient: string;
}

export function requestAt({ cgroup }: CaptureSite): HostCaptureRequest {
  return {
    incident_id: 'INC-20260314-120000-00000001',
    class: 'attestation_failure',
    severity: 'critical',
    reason: 'seen by a detector',
    subject: { host: 'web-1', process: cgroup },
    deadline_ms: 60_000,
  };
}

/** What capturing needs, for real: the store and the key of the site, and the agent at its socket. */
export async function captureDeps(site: CaptureSite): Promise<CaptureHostDeps> {
  const { home } = site;
  mkdirSync(home, { recursive: true });
  const token_file = join(home, 'token');
  await writeFile(token_file, TOKEN, { mode: 0o600 });
  const place = { unix: site.socket, token_file, timeout_ms: 10_000 };
  const shipped = async (file: string) =>
    parse(await readFile(join(SHIPPED_POLICY, file), 'utf8')) as object;
  const attestation = attestationPolicySchema.parse(await shipped('attestation.yaml'));
  const recovery = recoveryPolicySchema.parse(await shipped('recovery.yaml'));
  const { recipient } = site;
  const recipients = { evidence: [recipient], memory: [recipient] };
  const policy = {
    digest: 'a'.repeat(64),
    attestation: { ...attestation, hosts: { 'web-1': place } },
    recovery: { ...recovery, capture: { ...recovery.capture, recipients } },
  };
  const store = await openLocalDirectory({ root: join(home, 'evidence'), now: Date.now });
  const ledger = {
    register: { head: async () => null },
    keeping: { isHeld: async () => false, reserve: async () => undefined },
    custodyClock: { read: async () => null },
  };
  return {
    hostAgent: createHostAgents({ policy: () => policy.attestation, home }),
    store,
    custodian: createCustodian({
      ...{ store, key: await keyOf(home), ledger, policy: () => policy },
      standing: () => UNTRIED,
    }),
    policy: () => policy,
    random: () => crypto.getRandomValues(new Uint8Array(32)),
    now: Date.now,
  };
}

/** The same for every worker of the site. */
async function keyOf(home: string) {
  const file = join(home, 'signing.pem');
  await writeFile(file, generateSigningKeyPem(), { flag: 'wx', mode: 0o600 }).catch(
    () => undefined,
  );
  return loadSigningKey(await readFile(file, 'utf8'));
}
