import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Fault } from '../../domain/fault.ts';

/** A few authorities, each with what stands between its root and its signer. */
const MOST_CERTIFICATES = 64;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the certificates of the time-stamping authorities that are trusted, in PEM: roots, and all that stands
 * between them and what signs. Fault `bad_certificates` where there is none, or one cannot be read.
 */
export function readTrustedCertificates(pem: string): X509Certificate[] {
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw bad('there is no certificate in PEM');
  if (found.length > MOST_CERTIFICATES) throw bad(`${found.length} certificates are too many`);
  return found.map((text, index) => {
    try {
      return new X509Certificate(text);
    } catch (cause) {
      throw bad(`certificate ${index + 1} cannot be read`, cause);
    }
  });
}

/** The same, from a file. */
export async function loadTrustedCertificates(path: string): Promise<X509Certificate[]> {
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw bad(`${path} cannot be read`, cause);
  });
  return readTrustedCertificates(pem);
}

function bad(message: string, cause?: unknown): Fault {
  return new Fault('bad_certificates', message, { retryable: false, cause });
}
