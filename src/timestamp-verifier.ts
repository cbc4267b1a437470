import {
  loadTrustedCertificates,
  readTrustedCertificates,
} from './adapters/timestamp/trusted-certificates.ts';
import { verifyTimestamp } from './adapters/timestamp/verify-timestamp.ts';
import type { Config } from './config.ts';
import type { VerifyTimestamp } from './evidence/timestamp.ts';

/** By the authorities that are configured; null where none is. Fault `bad_certificates`. */
export async function configuredTimestampVerifier(
  config: Pick<Config, 'EVIDENCE_TSA_CERTIFICATES_FILE'>,
): Promise<VerifyTimestamp | null> {
  const file = config.EVIDENCE_TSA_CERTIFICATES_FILE;
  return file === '' ? null : verifierBy(await loadTrustedCertificates(file));
}

/** By the certificates in this PEM. Fault `bad_certificates` where there is none. */
export function timestampVerifier(pem: Uint8Array): VerifyTimestamp {
  return verifierBy(readTrustedCertificates(Buffer.from(pem).toString()));
}

function verifierBy(certificates: ReturnType<typeof readTrustedCertificates>): VerifyTimestamp {
  return (token, bytes) => verifyTimestamp(token, bytes, certificates);
}
