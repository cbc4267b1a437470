import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { AttestationPolicy } from '../domain/attestation-policy.ts';
import type { Assurance } from '../domain/enrolment.ts';
import { Fault } from '../domain/fault.ts';
import type { EkRoot } from '../evidence/tpm/ek-certificate.ts';

/** An authority of the policy, and what its TPMs are worth. */
export interface PinnedRoot extends EkRoot {
  assurance: Assurance;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the authorities that the policy pins. A relative file is below `home`. One whose file is not there vouches for
 * nobody; Fault `ek_root_unreadable` where a file is there and holds no certificate.
 */
export async function readRoots(
  { ek_roots }: Pick<AttestationPolicy, 'ek_roots'>,
  home: string,
): Promise<PinnedRoot[]> {
  const all = Object.entries(ek_roots).map(async ([name, { file, assurance }]) => {
    const path = isAbsolute(file) ? file : join(home, file);
    return { name, assurance, certificates: await certificatesIn(path) };
  });
  return Promise.all(all);
}

async function certificatesIn(path: string): Promise<X509Certificate[]> {
  const pem = await readFile(path, 'latin1').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw unreadable(path, error);
  });
  if (pem === null) return [];
  try {
    const certificates = (pem.match(CERTIFICATE) ?? []).map((text) => new X509Certificate(text));
    if (certificates.length > 0) return certificates;
  } catch (error) {
    throw unreadable(path, error);
  }
  throw unreadable(path);
}

function unreadable(path: string, cause?: unknown): Fault {
  const message = `No certificates can be read from ${path}`;
  return new Fault('ek_root_unreadable', message, { retryable: false, cause });
}
