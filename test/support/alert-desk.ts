import type { AlertAdmission } from '../../src/domain/alert-log.ts';
import { AT_MS } from './admissions.ts';
import { alertAdmission, type AlertWishes, delivery } from './alerts.ts';
import { freshLedger, type LedgerKind } from './ledgers.ts';

/** A ledger of its own, and the hands of a detector on it; each call is a delivery of its own. */
export async function alertDesk(kind: LedgerKind) {
  const ledger = await freshLedger(kind);
  let calls = 0;
  const bring = (alerts: AlertAdmission[], receivedMs = AT_MS) =>
    ledger.alerts.admit(delivery((calls += 1), receivedMs), alerts);
  const see = async (wishes: AlertWishes) => (await bring([alertAdmission(wishes)]))[0];
  return { ledger, bring, see };
}
