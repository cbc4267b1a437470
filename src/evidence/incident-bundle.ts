import { type BundleScope, withinScope } from '../domain/bundle-scope.ts';
import { Fault } from '../domain/fault.ts';
import { INCIDENT_BUNDLE_SCHEMA, type IncidentBundleContent } from '../domain/incident-bundle.ts';
import type { Incident } from '../domain/incident-record.ts';
import type { LedgerEntry } from '../domain/ledger-entry.ts';
import { isRedacting, type Redaction } from '../domain/redaction.ts';
import { type BundleKeys, sealBundle } from './bundle-seal.ts';
import { summaryOf } from './bundle-summary.ts';
import { leaks } from './leak.ts';
import { keyedPseudonyms } from './pseudonyms.ts';
import { type Redactable, redact } from './redact.ts';

export interface IncidentBundleSource {
  /** ISO instant, UTC, milliseconds. */
  exportedAt: string;
  exportedBy: string;
  policyDigest: string;
  incidents: readonly Incident[];
  /** In the order of their sequence. */
  entries: readonly LedgerEntry[];
  scope: BundleScope;
  redaction: Redaction;
  /** Random bytes, new for each bundle, that are kept nowhere: by them pseudonyms could be tried out. */
  pseudonymKey: Uint8Array;
}

/**
 * Makes the bundle of an incident, scoped and redacted, as it is shipped. Faults: those of `sealBundle`, and
 * `redaction_leak` where anything that was taken out is still to be found in the bytes: then nothing is given out.
 */
export function buildIncidentBundle(source: IncidentBundleSource, keys: BundleKeys): Uint8Array {
  const { redaction } = source;
  const { incidents, entries, left_out } = withinScope(source.scope, source);
  const raw: Redactable = {
    exported_by: source.exportedBy,
    policy_digest: source.policyDigest,
    asked: source.scope,
    incidents,
    audit_entries: entries,
  };
  const seal = (content: Redactable) =>
    sealBundle(contentOf(content, { exported_at: source.exportedAt, redaction, left_out }), keys);
  if (!isRedacting(redaction)) return seal(raw);
  const { content, ...texts } = redact(raw, redaction, keyedPseudonyms(source.pseudonymKey));
  const bytes = seal(content);
  if (!leaks(bytes, texts)) return bytes;
  const message = 'something that had to be taken out of the bundle is still in it';
  throw new Fault('redaction_leak', message, { retryable: false });
}

function contentOf(
  { asked, ...content }: Redactable,
  beside: Pick<IncidentBundleContent, 'exported_at' | 'redaction'> & {
    left_out: IncidentBundleContent['scope']['left_out'];
  },
): IncidentBundleContent {
  const { exported_at, redaction, left_out } = beside;
  return {
    schema: INCIDENT_BUNDLE_SCHEMA,
    exported_at,
    ...content,
    scope: { asked, left_out },
    redaction,
    summary: summaryOf(content),
  };
}
