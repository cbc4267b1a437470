import type { AttestationVerdict, Cancellation } from '../src/domain/attestor.ts';
import type { ActivityDeps } from './deps.ts';

/** How long after a failed measurement an attestor may take to report it as an incident of its own. */
const ECHO_WITHIN_MS = 60_000;

/**
 * Has the host's own attestor measure it. An attestor that finds its host at fault reports that as an incident: the
 * ledger is told to expect it, so that our question raises no second alarm.
 */
export async function askAttestor(
  { attestor, ledger, now }: Pick<ActivityDeps, 'attestor' | 'ledger' | 'now'>,
  host: string,
  nonce: string,
  cancellation?: Cancellation,
): Promise<AttestationVerdict> {
  const { attestations } = ledger;
  await attestations.expectEcho(nonce, now() + ECHO_WITHIN_MS);
  const verdict = await attestor.attest(host, nonce, cancellation);
  const silent = verdict.accepted || verdict.reason === 'unconfigured';
  if (silent) await attestations.expectEcho(nonce, 0);
  return verdict;
}
