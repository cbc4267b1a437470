import { createHash } from 'node:crypto';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { MessageImprint, TimeStampReq, TimeStampReqVersion } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';

export const QUERY_MEDIA_TYPE = 'application/timestamp-query';

/** id-sha256 (RFC 5754, 2.2) */
export const SHA256 = '2.16.840.1.101.3.4.2.1';

/** A TimeStampReq in DER (RFC 3161, 2.4.1): over SHA-256, with the certificate of the signer. */
export function timestampQuery(bytes: Uint8Array, nonce: Uint8Array): Uint8Array {
  const query = new TimeStampReq({
    version: TimeStampReqVersion.v1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA256, parameters: null }),
      hashedMessage: new OctetString(createHash('sha256').update(bytes).digest()),
    }),
    nonce: arrayBufferOf(nonce),
    certReq: true,
  });
  return new Uint8Array(AsnConvert.serialize(query));
}

/** As the content of an INTEGER in DER: positive, and with no needless octet (X.690, 8.3.2). */
export function timestampNonce(random: Uint8Array): Uint8Array {
  const nonce = Uint8Array.from(random);
  // The first bit is the sign, and another one that is set keeps the first octet from being needless.
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  return nonce;
}

function arrayBufferOf(bytes: Uint8Array): ArrayBuffer {
  return Uint8Array.from(bytes).buffer;
}
