import type { Command } from '../../domain/ceremony.ts';
import type { Api } from '../api.ts';
import { EXIT, Failure } from '../exit.ts';
import type { Tampering } from '../roots.ts';

/** Meddles with the practice host, and puts it right again. */
export interface Meddler {
  how: Tampering;
  tamper(): Promise<void>;
  restore(): Promise<void>;
}

/** Why a quote must be refused that was tampered with in this way. */
const REFUSALS: Record<Tampering, readonly string[]> = {
  pcr: ['pcr-policy-mismatch'],
  nonce: ['nonce-mismatch'],
  key: ['signature-invalid', 'ak-not-enrolled'],
  replay: ['nonce-mismatch'],
};

/** Has a tampered host try to prove itself: it must be refused for the right reason, and the gate must stay shut. */
export async function meddle(api: Api, id: string, meddler: Meddler): Promise<void> {
  await meddler.tamper();
  try {
    await expectRefusal(api, 'reattest', id, 'attestation_refused');
    const { attestation_refused: reason } = await api.incident(id);
    if (!REFUSALS[meddler.how].includes(reason)) {
      throw accepted(`it was refused for another reason: ${reason}`);
    }
    await expectRefusal(api, 'resolve', id, 'reattestation_required');
  } finally {
    await meddler.restore();
  }
}

async function expectRefusal(api: Api, command: Command, id: string, code: string) {
  try {
    await api.command(command, id, 'drill');
  } catch (error) {
    if (error instanceof Failure && error.code === code) return;
    throw error;
  }
  throw accepted(`${command} was not refused`);
}

function accepted(how: string): Failure {
  return new Failure(
    EXIT.failed,
    'tampering_not_refused',
    `The host was tampered with, and ${how}`,
  );
}
