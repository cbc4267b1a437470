import { nameOf } from './public-area.ts';
import type { AkKind } from './tpm-keys.ts';
import type { Tpm } from './tpm.ts';

export interface Provisioned {
  /** Whether the attestation key is new, so that the host has to be enrolled. */
  created: boolean;
  /** Its Name in hex. */
  akName: string;
}

/**
 * Makes the endorsement key and the attestation key below it where the TPM has none at the configured handles; never
 * replaces one. A child of the endorsement key and not a primary, because TPM2_Clear must not bring it back.
 */
export async function provision(tpm: Tpm, options: { kind?: AkKind } = {}): Promise<Provisioned> {
  await tpm.makeEk();
  const created = await tpm.makeAk(options.kind ?? 'ecdsa-p256');
  return { created, akName: nameOf(await tpm.akPublic()) };
}
