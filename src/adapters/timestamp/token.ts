import { ContentInfo, id_signedData, SignedData, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert } from '@peculiar/asn1-schema';
import { PKIStatus, PKIStatusInfo, TimeStampResp, TSTInfo } from '@peculiar/asn1-tsp';

/** A token, read: what it says, and what it is signed with. Nothing of it is verified. */
export interface Token {
  /** As it is kept: the response, granted, without the texts that a TSA may put beside the token. */
  bytes: Uint8Array;
  info: TSTInfo;
  signer: SignerInfo;
  /** DER */
  certificates: Uint8Array[];
}

/** What a TSA answered: a token, or its refusal in words. */
export type TsaAnswer = { token: Token } | { rejected: string };

/** id-ct-TSTInfo (RFC 3161, 2.4.2) */
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
/** CMSVersion of a SignedData with content that is not id-data (RFC 5652, 5.1). */
const SIGNED_DATA_VERSION = 3;

/** Reads a TimeStampResp (RFC 3161, 2.4.2); null for what is none in DER. */
export function readAnswer(bytes: Uint8Array): TsaAnswer | null {
  try {
    const answer = AsnConvert.parse(bytes, TimeStampResp);
    const { status, timeStampToken } = answer;
    if (status.status !== PKIStatus.granted && status.status !== PKIStatus.grantedWithMods) {
      return { rejected: reasonIn(answer) };
    }
    const token = timeStampToken ? tokenIn(timeStampToken) : null;
    return token && { token };
  } catch {
    return null;
  }
}

/**
 * Reads a token in the one form that is kept; null for any other. So that no byte can be changed unseen, all that is
 * not signed has one value that it can have.
 */
export function readToken(bytes: Uint8Array): Token | null {
  const answer = readAnswer(bytes);
  if (answer === null || !('token' in answer)) return null;
  return Buffer.from(answer.token.bytes).equals(bytes) ? answer.token : null;
}

function tokenIn(content: ContentInfo): Token | null {
  if (content.contentType !== id_signedData) return null;
  const data = AsnConvert.parse(content.content, SignedData);
  const [signer] = data.signerInfos;
  const { eContentType, eContent } = data.encapContentInfo;
  if (signer === undefined || eContent?.single === undefined) return null;
  if (eContentType !== TST_INFO || !isPlain(data, signer)) return null;
  const certificates = (data.certificates ?? []).map((choice) => {
    return new Uint8Array(AsnConvert.serialize(choice));
  });
  const info = AsnConvert.parse(eContent.single.buffer, TSTInfo);
  return { bytes: kept(content, data), info, signer, certificates };
}

/** One signer, and nothing that is there for its own sake. */
function isPlain(data: SignedData, { digestAlgorithm, version, unsignedAttrs }: SignerInfo) {
  const [digest] = data.digestAlgorithms;
  return (
    data.version === SIGNED_DATA_VERSION &&
    data.digestAlgorithms.length === 1 &&
    digest?.algorithm === digestAlgorithm.algorithm &&
    !digest.parameters &&
    !digestAlgorithm.parameters &&
    data.crls === undefined &&
    data.signerInfos.length === 1 &&
    version === 1 &&
    unsignedAttrs === undefined
  );
}

/** Serialised anew, so that it is in DER throughout. */
function kept({ contentType }: ContentInfo, data: SignedData): Uint8Array {
  const timeStampToken = new ContentInfo({ contentType, content: AsnConvert.serialize(data) });
  const status = new PKIStatusInfo({ status: PKIStatus.granted });
  return new Uint8Array(AsnConvert.serialize(new TimeStampResp({ status, timeStampToken })));
}

function reasonIn({ status }: TimeStampResp): string {
  const words = [...(status.statusString ?? [])].join(' ');
  return `status ${PKIStatus[status.status] ?? 'unknown'}${words === '' ? '' : `: ${words}`}`;
}
