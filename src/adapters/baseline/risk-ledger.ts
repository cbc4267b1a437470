import { judgeRiskLedger } from '../../evidence/risk-ledger/judge-risk-ledger.ts';
import { verifyRiskLedger } from '../../evidence/risk-ledger/verify-risk-ledger.ts';
import { fail, pass, unknown, type Checker } from './checker.ts';
import { readTarget } from './read-target.ts';

/** Tens of thousands of decisions; a runtime that has more is to begin a new ledger. */
const MOST_BYTES = 32 * 1024 * 1024;

/** The ledger of an extension runtime, read whole: a part of a hash chain proves nothing. */
export const checkRiskLedger: Checker<'risk_ledger'> = async (check, surroundings) => {
  const read = await readTarget({ ...check, query: [], mostBytes: MOST_BYTES }, surroundings);
  if ('verdict' in read) return read;
  const { verdict, why } = judgeRiskLedger(verifyRiskLedger(read.document));
  const says = `the ledger of ${check.target} shows ${verdict}: ${why}`;
  if (verdict === 'intact') return pass(`the ledger of ${check.target} is intact: ${why}`);
  return verdict === 'unreadable' ? unknown(says) : fail(says);
};
