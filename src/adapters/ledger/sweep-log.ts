import type {
  RetentionFindings,
  SweepLog,
  SweepReports,
  VerificationFindings,
} from '../../domain/sweeps.ts';
import type { Backend } from './backend.ts';
import type { Write } from './group-commit.ts';
import type { SweepRow } from './tables.ts';

/** How the last run of each sweep ended. */
export function createSweepLog(write: Write, reader: Backend['reader']): SweepLog {
  const keep = (name: SweepRow['name'], findings: object, finished_ms: number) =>
    write(async ({ db }) => {
      const row = { finished_ms, report: JSON.stringify(findings) };
      const insert = db.insertInto('sweeps').values({ name, ...row });
      await insert.onConflict((conflict) => conflict.column('name').doUpdateSet(row)).execute();
    });
  return {
    last: async () => {
      const rows = await reader.selectFrom('sweeps').selectAll().execute();
      return reportsIn(rows);
    },
    finishedRetention: (findings, nowMs) => keep('retention', findings, nowMs),
    finishedVerification: (findings, nowMs) => keep('verification', findings, nowMs),
  };
}

function reportsIn(rows: readonly SweepRow[]): SweepReports {
  const reports: SweepReports = { retention: null, verification: null };
  for (const { name, finished_ms, report } of rows) {
    if (name === 'retention') {
      const findings: RetentionFindings = JSON.parse(report);
      reports.retention = { ...findings, finished_ms };
    } else {
      const findings: VerificationFindings = JSON.parse(report);
      reports.verification = { ...findings, finished_ms };
    }
  }
  return reports;
}
