import { timingSafeEqual } from 'node:crypto';
import type { Enrolment } from '../domain/enrolment.ts';
import type { Identity } from '../domain/host-agent.ts';
import { makeCredential } from '../evidence/tpm/credential.ts';
import { verifyEkCertificate } from '../evidence/tpm/ek-certificate.ts';
import type { PublicArea } from '../evidence/tpm/public.ts';
import { orFault, refuse, told } from './ask.ts';
import type { EnrolmentDeps } from './deps.ts';

/** The longest that every TPM takes: a credential is no longer than the digest of its key's Name. */
const SECRET_BYTES = 32;

export type TrustInKey = Pick<
  Enrolment,
  'trust' | 'assurance' | 'ek_root' | 'ek_name' | 'ek_certificate_sha256'
>;

/** The keys that a host has shown, read but not yet believed. */
export interface ShownKeys {
  identity: Identity;
  ak: PublicArea;
  ek: PublicArea;
}

/** An operator has compared the Name with the one on the host's own screen. Fault `name_differs`. */
export function trustByName(host: string, { ak, ek }: ShownKeys, given: string): TrustInKey {
  const name = hex(ak.name);
  if (name !== given) refuse('name_differs', `The key of ${host} has the Name ${name}`);
  const nothing = { ek_root: '', ek_certificate_sha256: '' };
  // Nobody certifies what kind of TPM this is, so that it counts as the least.
  return { trust: 'operator-tofu', assurance: 'software', ek_name: hex(ek.name), ...nothing };
}

/**
 * A pinned authority certifies the endorsement key, and the TPM that holds it holds the attestation key as well: it
 * alone can open what was encrypted to the one for the Name of the other. Faults with the reason where not.
 */
export async function trustByCertificate(
  deps: EnrolmentDeps,
  host: string,
  { identity, ak, ek }: ShownKeys,
): Promise<TrustInKey> {
  const byHand = `compare the Name ${hex(ak.name)} on the host, then enrol with --trust-name`;
  if (identity.ek_certificate === null) {
    return refuse('no_ek_certificate', `The TPM of ${host} has no certificate: ${byHand}`);
  }
  const der = Buffer.from(identity.ek_certificate, 'base64');
  const verdict = verifyEkCertificate(der, ek, deps.roots, deps.now());
  if (!verdict.trusted) {
    return refuse(verdict.reason, `The certificate of ${host}: ${verdict.detail}. Or ${byHand}`);
  }
  await activate(deps, host, { ak, ek });
  const root = deps.roots.find(({ name }) => name === verdict.root);
  return {
    trust: 'ek-certificate',
    assurance: root?.assurance ?? 'software',
    ek_root: verdict.root,
    ek_name: hex(ek.name),
    ek_certificate_sha256: verdict.fingerprint,
  };
}

async function activate(
  { hostAgent, random }: EnrolmentDeps,
  host: string,
  { ak, ek }: Pick<ShownKeys, 'ak' | 'ek'>,
): Promise<void> {
  const secret = random(SECRET_BYTES);
  const seed = random(ek.key.nameAlg.size);
  const made = orFault(() => makeCredential(ek, ak.name, secret, seed));
  const found = await told(
    hostAgent.activate(host, {
      credential: Buffer.from(made.credential).toString('base64'),
      secret: Buffer.from(made.secret).toString('base64'),
    }),
  );
  if (found.length !== secret.length || !timingSafeEqual(found, secret)) {
    refuse('credential_not_activated', `The TPM of ${host} does not hold the key that it shows`);
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
