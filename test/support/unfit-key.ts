import { tool } from './software-tpm.ts';

/** At a handle of its own beside the agent's keys. */
export const UNFIT_HANDLE = '0x81010021';

/** A key that signs whatever it is given, and so also a quote that no TPM has made. */
const UNRESTRICTED = 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|sign';

/** Makes it in the TPM. `folder`: where the tools may leave a file. */
export async function makeUnfitKey(tcti: string, folder: string): Promise<void> {
  const context = `${folder}/unfit`;
  const kind = ['-G', 'ecc:ecdsa-sha256', '-g', 'sha256', '-a', UNRESTRICTED];
  await tool(tcti, 'tpm2_createprimary', '-C', 'endorsement', ...kind, '-c', context);
  await tool(tcti, 'tpm2_evictcontrol', '-C', 'owner', '-c', context, UNFIT_HANDLE);
  await tool(tcti, 'tpm2_flushcontext', '-t');
}
