import { condition } from '@temporalio/workflow';
import { isProved } from '../src/domain/ceremony.ts';
import type { Story } from './story.ts';

/** Tells when a proof has expired before it was used: whoever reads the ledger then sees that another is needed. */
export async function keepProofsFresh(story: Story): Promise<void> {
  while (!story.over) {
    await condition(() => story.over || expiry(story) !== '');
    const expires = expiry(story);
    if (story.over || expires === '') continue;
    const replaced = () => story.over || expiry(story) !== expires;
    if (await condition(replaced, Math.max(1, Date.parse(expires) - Date.now()))) continue;
    if (isProved(story.incident, Date.now())) continue;
    story.tell({ type: 'attestation_expired', expired_at: expires });
    await story.written();
  }
}

/** When the proof that would open the gate expires; '' where there is none, or the gate is open. */
function expiry({ resolved, incident }: Story): string {
  if (resolved || incident.re_attested_at === '') return '';
  // An incident of an earlier version knows of no expiry.
  return incident.attestation?.expires_at ?? '';
}
