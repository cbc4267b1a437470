import type { PolicySimulation } from './cli/roots.ts';
import { readConfig, type Env } from './config.ts';
import { incidentEventSchema } from './domain/events.ts';
import type { Register } from './domain/ledger.ts';
import type { LedgerEntry } from './domain/ledger-entry.ts';
import { checkPolicyFile, loadPolicy } from './intake/policy-files.ts';
import { simulate, type PastReport } from './intake/simulate.ts';
import { withLedger } from './local-ledger.ts';

/** So many entries are in memory at a time. */
const PAGE = 500;

/** What one changed file of the policy would have made of the incidents of this machine's ledger. */
export async function simulateLocally(env: Env, file: string): Promise<PolicySimulation> {
  const { CONTAINMENT_POLICY_PATH: containmentPath } = readConfig(env);
  const current = await loadPolicy({ containmentPath });
  const { policy: changed } = await checkPolicyFile(file);
  const reports = await withLedger(env, ({ register }) => pastReports(register));
  return { file, incidents: reports.length, different: simulate(reports, { current, changed }) };
}

async function pastReports(register: Pick<Register, 'entriesAfter'>): Promise<PastReport[]> {
  const reports: PastReport[] = [];
  for (let after = 0; ;) {
    const entries = await register.entriesAfter(after, PAGE);
    reports.push(...entries.flatMap(asReported));
    const last = entries.at(-1);
    if (last === undefined) return reports;
    after = last.seq;
  }
}

/** The event's type is the entry's, its other members are the body. */
function asReported({ type, body }: LedgerEntry): PastReport[] {
  if (type !== 'reported') return [];
  const event = incidentEventSchema.parse({ ...body, type });
  if (event.type !== 'reported') return [];
  const { id: incident_id, class: incidentClass, source, subject, plan } = event;
  return [{ incident_id, class: incidentClass, severity: plan.severity, source, subject }];
}
