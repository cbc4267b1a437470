import { X509Certificate } from 'node:crypto';
import type { SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  Certificate,
  ExtendedKeyUsage,
  id_ce_extKeyUsage,
  id_kp_timeStamping,
} from '@peculiar/asn1-x509';

/** The one of these that the signer names by its issuer and its number. */
export function signerCertificate(
  { sid }: SignerInfo,
  certificates: readonly X509Certificate[],
): X509Certificate | undefined {
  const named = sid.issuerAndSerialNumber;
  if (named === undefined) return undefined;
  const issuer = Buffer.from(AsnConvert.serialize(named.issuer));
  const serial = Buffer.from(named.serialNumber);
  return certificates.find(({ raw }) => {
    const { tbsCertificate } = AsnConvert.parse(raw, Certificate);
    const isItsNumber = serial.equals(Buffer.from(tbsCertificate.serialNumber));
    return isItsNumber && issuer.equals(Buffer.from(AsnConvert.serialize(tbsCertificate.issuer)));
  });
}

/** Whether it may sign time stamps, and nothing else (RFC 3161, 2.3). */
export function isForTimestamps({ raw, ca }: X509Certificate): boolean {
  const { extensions = [] } = AsnConvert.parse(raw, Certificate).tbsCertificate;
  const usage = extensions.find(({ extnID }) => extnID === id_ce_extKeyUsage);
  if (ca || usage?.critical !== true) return false;
  const purposes = [...AsnConvert.parse(usage.extnValue.buffer, ExtendedKeyUsage)];
  return purposes.length === 1 && purposes[0] === id_kp_timeStamping;
}

/** Null for what is none, and where it does not say in both places alike how it was signed (RFC 5280, 4.1.1.2). */
export function readCertificate(der: Uint8Array): X509Certificate | null {
  try {
    const { signatureAlgorithm, tbsCertificate } = AsnConvert.parse(der, Certificate);
    const said = Buffer.from(AsnConvert.serialize(signatureAlgorithm));
    const isTheSame = said.equals(Buffer.from(AsnConvert.serialize(tbsCertificate.signature)));
    return isTheSame ? new X509Certificate(der) : null;
  } catch {
    return null;
  }
}
