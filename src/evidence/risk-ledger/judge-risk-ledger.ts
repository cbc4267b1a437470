import type { RiskLedgerReport } from './risk-ledger-report.ts';

/** `unreadable`: nothing can be said of it. */
export type RiskLedgerVerdict = 'intact' | 'corruption' | 'tampering' | 'unreadable';

/**
 * Corruption is one entry whose hash is wrong while its neighbours still link to it; whatever breaks the chain, or more
 * than one entry, is tampering. What cannot be told apart is taken for the worse.
 */
export function judgeRiskLedger({ valid, errors, first_invalid_index: first }: RiskLedgerReport): {
  verdict: RiskLedgerVerdict;
  why: string;
} {
  if (valid)
    return { verdict: 'intact', why: 'every hash holds, and every entry names the one before it' };
  if (errors.some(({ problem }) => problem === 'schema')) {
    return { verdict: 'unreadable', why: errors.map(({ detail }) => detail).join('; ') };
  }
  const [only] = errors;
  const isOneEntry = only !== undefined && errors.length === 1;
  if (isOneEntry && (only.problem === 'hash' || only.problem === 'unreadable')) {
    return {
      verdict: 'corruption',
      why: `entry ${first} alone is damaged, and its neighbours still link to it: somebody who changed it would have had to leave its hash as it was`,
    };
  }
  const told = errors.map(({ problem }) => problem);
  const kinds = [...new Set(told)].join(', ');
  const from = first === null ? 'at a place that is not known' : `from entry ${first} on`;
  return { verdict: 'tampering', why: `the chain is broken ${from} (${kinds})` };
}
