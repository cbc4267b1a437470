import { Fault } from '../domain/fault.ts';

/**
 * TPM_RC_YIELDED, TESTING and RETRY (TPM 2.0 library, part 2, 6.6.3) ask for the same command again; 0x100 is a TPM
 * between its reset and TPM2_Startup.
 */
const BUSY: readonly number[] = [0x908, 0x90a, 0x922, 0x100];

/**
 * TPM_RC_LOCKOUT: a host that loses its power again and again looks like one that guesses authorizations (part 1, 19.8).
 * It passes in the TPM's own time, or when the owner clears it.
 */
const LOCKED_OUT = 0x921;

/** TPM_RC_HANDLE for the first handle: nothing is at this persistent handle or NV index. */
const NOTHING_THERE = 0x18b;

/** A format-one code with this bit is about a parameter of the command (part 2, 6.6.2); layers above have more bits. */
const FORMAT_ONE_PARAMETER = 0x0c0;
const MOST_OF_TPM = 0xfff;

/** What a tool ended with. Its output stays out of every error: it may quote what it was given. */
export interface ToolFailure {
  tool: string;
  /** What the TPM answered, where the tool said so. */
  responseCode: number | null;
  timedOut: boolean;
  cannotRun: boolean;
}

/** Reads the failure of a child process. */
export function toolFailure(tool: string, error: unknown): ToolFailure {
  const { code, killed, stderr } = Object(error) as Record<string, unknown>;
  const responseCode = typeof stderr === 'string' ? /\(0x([0-9a-f]+)\)/i.exec(stderr)?.[1] : null;
  return {
    tool,
    responseCode: responseCode ? Number.parseInt(responseCode, 16) : null,
    timedOut: killed === true,
    cannotRun: code === 'ENOENT' || code === 'EACCES',
  };
}

/** Faults: `tpm_tools_missing`, `tpm_busy` and `tpm_locked` (retryable), `tpm_failed`. */
export function tpmFault(failure: ToolFailure): Fault {
  const { tool, responseCode, timedOut, cannotRun } = failure;
  if (cannotRun) {
    const message = `${tool} cannot be run: apt-get install -y tpm2-tools`;
    return new Fault('tpm_tools_missing', message, { retryable: false });
  }
  if (timedOut) {
    return new Fault('tpm_busy', `${tool} did not end in time`, { retryable: true });
  }
  if (responseCode === LOCKED_OUT) {
    const message = 'the TPM is locked after power cuts: wait, or tpm2_dictionarylockout -c';
    return new Fault('tpm_locked', message, { retryable: true });
  }
  const said = responseCode === null ? 'failed' : `failed with 0x${responseCode.toString(16)}`;
  const busy = responseCode !== null && BUSY.includes(responseCode);
  return new Fault(busy ? 'tpm_busy' : 'tpm_failed', `${tool} ${said}`, { retryable: busy });
}

export function nothingThere({ responseCode }: ToolFailure): boolean {
  return responseCode === NOTHING_THERE;
}

/** The TPM refuses the bytes that it was given, and will again. */
export function refusedParameter({ responseCode }: ToolFailure): boolean {
  if (responseCode === null || responseCode > MOST_OF_TPM) return false;
  return (responseCode & FORMAT_ONE_PARAMETER) === FORMAT_ONE_PARAMETER;
}
