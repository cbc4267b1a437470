import type { PracticeHost } from './cli/roots.ts';
import { isPracticeRange, PRACTICE_HOST } from './domain/practice-range.ts';
import { Fault } from './domain/fault.ts';
import { enrolHost } from './enrolment/enrol.ts';
import type { Foundation } from './foundation.ts';
import { enrolmentDeps } from './local-hosts.ts';
import { extendHostPcr, practiceWorkload, resetHost, tamperHost } from './range/client.ts';

/**
 * Enrols the host of the practice range by the certificate of its software TPM, as an operator would enrol a real one,
 * so that a first incident can be taken through the whole ceremony. Where the machine has no software TPM, the policy
 * says what counts instead.
 */
export async function enrolPracticeHost({
  ledger,
  policy,
  config,
  log,
}: Pick<Foundation, 'ledger' | 'policy' | 'config' | 'log'>): Promise<void> {
  const { targets, attestation } = policy.current();
  if (!isPracticeRange(targets) || !Object.hasOwn(attestation.hosts, PRACTICE_HOST)) return;
  if ((await ledger.attestations.enrolment(PRACTICE_HOST)) !== null) return;
  const deps = await enrolmentDeps({ attestation }, ledger, config.CORDON_HOME);
  try {
    const { ak_name, trust } = await enrolHost(deps, {
      host: PRACTICE_HOST,
      trustName: null,
      replace: false,
      approvedBy: 'cordon',
      note: 'the practice range',
    });
    log.info({ host: PRACTICE_HOST, ak_name, trust }, 'the practice host is enrolled');
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const { code, message } = error;
    log.info({ host: PRACTICE_HOST, code, reason: message }, 'the practice host has no TPM');
  } finally {
    await deps.hostAgent.close();
  }
}

/** Firmware measures the state of secure boot here: what a changed boot shows first. */
const TAMPERED_PCR = 7;

/** What a drill may do to the practice host. */
export const practiceHost: PracticeHost = {
  subject: async (home) => {
    const process = await practiceWorkload(home);
    return process === '' ? {} : { host: PRACTICE_HOST, process };
  },
  tamper: (home, how) =>
    how === 'pcr' ? extendHostPcr(home, TAMPERED_PCR) : tamperHost(home, how),
  restore: async (home) => {
    await tamperHost(home, 'none');
    await resetHost(home);
  },
};
