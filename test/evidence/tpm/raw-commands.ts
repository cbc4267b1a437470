import type { RecordingTpm } from './recording-tpm.ts';
import { selectionList, sized, u16, u32, u8 } from './tpm-bytes.ts';

const TPM_ST_SESSIONS = 0x8002;
const TPM_ST_NO_SESSIONS = 0x8001;
const TPM_RS_PW = 0x4000_0009;
const TPM_ALG_NULL = 0x0010;
const TPM_RC_RETRY = 0x922;
const MOST_ATTEMPTS = 10;
/** Header, and the size of what the response parameters have. */
const PARAMETERS_AT = 14;

const CODE = { startup: 0x144, certify: 0x148, quote: 0x158 };

export interface Signed {
  quote: Buffer;
  signature: Buffer;
}

/** TPM2_Quote over a selection that no tool would ask for. */
export async function rawQuote(
  tpm: RecordingTpm,
  handle: number,
  nonce: Uint8Array,
  banks: Parameters<typeof selectionList>[0],
): Promise<Signed> {
  const parameters = Buffer.concat([sized(nonce), u16(TPM_ALG_NULL), selectionList(banks)]);
  return signedBy(tpm, CODE.quote, [handle], parameters);
}

/** TPM2_Certify of a key by itself. */
export async function rawCertify(
  tpm: RecordingTpm,
  handle: number,
  nonce: Uint8Array,
): Promise<Signed> {
  const parameters = Buffer.concat([sized(nonce), u16(TPM_ALG_NULL)]);
  return signedBy(tpm, CODE.certify, [handle, handle], parameters);
}

/** TPM2_Startup(CLEAR), from the locality that the TPM was set to. */
export async function rawStartup(tpm: RecordingTpm): Promise<void> {
  const body = u16(0);
  const header = [u16(TPM_ST_NO_SESSIONS), u32(12), u32(CODE.startup)];
  await answered(tpm, Buffer.concat([...header, body]));
}

async function signedBy(
  tpm: RecordingTpm,
  code: number,
  handles: readonly number[],
  parameters: Buffer,
): Promise<Signed> {
  const password = Buffer.concat([u32(TPM_RS_PW), sized(Buffer.of()), u8(0), sized(Buffer.of())]);
  const sessions = Buffer.concat(handles.map(() => password));
  const body = Buffer.concat([...handles.map(u32), u32(sessions.length), sessions, parameters]);
  const header = [u16(TPM_ST_SESSIONS), u32(10 + body.length), u32(code)];
  const response = await answered(tpm, Buffer.concat([...header, body]));
  const end = PARAMETERS_AT + response.readUInt32BE(10);
  const quoteEnd = PARAMETERS_AT + 2 + response.readUInt16BE(PARAMETERS_AT);
  return {
    quote: response.subarray(PARAMETERS_AT + 2, quoteEnd),
    signature: response.subarray(quoteEnd, end),
  };
}

/** The TPM may ask to be asked again, which the tools hide. */
async function answered(tpm: RecordingTpm, command: Buffer): Promise<Buffer> {
  for (let attempt = 1; ; attempt += 1) {
    const response = await tpm.raw(command);
    const code = response.readUInt32BE(6);
    if (code === 0) return response;
    if (code !== TPM_RC_RETRY || attempt === MOST_ATTEMPTS) {
      throw new Error(`the TPM answers 0x${code.toString(16)}`);
    }
  }
}
