import type { IncidentBundle, RedactedEntry } from '../domain/incident-bundle.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { isRedacting } from '../domain/redaction.ts';
import { checkEntries, refuse, type Refusal, unbrokenRuns } from './bundle-checks.ts';
import { summaryOf } from './bundle-summary.ts';
import { canonicalJson } from './canonical.ts';
import { GENESIS_HASH } from './chain.ts';
import { isRedacted } from './redact.ts';

/** What the bundle of an incident must hold beyond its seal: its chain, its counts, and no trace of what was removed. */
export async function checkIncidentBundle(bundle: IncidentBundle): Promise<Refusal | null> {
  return (await checkChain(bundle)) ?? checkSummary(bundle) ?? checkRedaction(bundle);
}

async function checkChain({ audit_entries, redaction }: IncidentBundle): Promise<Refusal | null> {
  if (isRedacting(redaction)) return checkLinks(audit_entries);
  const whole = audit_entries.filter((entry) => 'key' in entry);
  if (whole.length === audit_entries.length) return checkEntries(whole);
  return refuse('malformed', 'an entry is redacted in a bundle that is not');
}

/** Without what was removed no hash can be recomputed; that each entry names the one before it still shows. */
function checkLinks(entries: readonly (LedgerEntry | RedactedEntry)[]): Refusal | null {
  for (const run of unbrokenRuns(entries)) {
    const first = run[0];
    let before = first?.seq === 1 ? { seq: 0, hash: GENESIS_HASH } : undefined;
    for (const entry of run) {
      if (before && (entry.seq !== before.seq + 1 || entry.prev_hash !== before.hash)) {
        return refuse('chain_broken', `entry ${entry.seq} does not follow ${before.seq}`);
      }
      before = entry;
    }
  }
  return null;
}

function checkSummary(bundle: IncidentBundle): Refusal | null {
  if (canonicalJson(summaryOf(bundle)) === canonicalJson(bundle.summary)) return null;
  return refuse('summary_mismatch', 'the summary does not count what is in the bundle');
}

function checkRedaction({ redaction, scope, ...bundle }: IncidentBundle): Refusal | null {
  if (!isRedacting(redaction)) return null;
  const { exported_by, policy_digest, incidents, audit_entries } = bundle;
  const content = { exported_by, policy_digest, incidents, audit_entries, asked: scope.asked };
  if (isRedacted(content, redaction)) return null;
  return refuse('not_redacted', 'something is in it that its redaction removes');
}
