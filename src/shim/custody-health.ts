import { z } from 'zod';
import { lagOf } from '../domain/custody-clock.ts';
import { instantOrEmptySchema, instantSchema } from '../domain/primitives.ts';
import type { ShimDeps } from './deps.ts';
import { instantOf } from '../domain/instant.ts';

const retentionSchema = z.strictObject({
  finished_at: instantSchema,
  marked: z.int(),
  unmarked: z.int(),
  removed: z.int(),
  refused: z.int().describe('What the store did not let go of'),
  unfinished: z.boolean().describe('The next run goes on'),
});

const verificationSchema = z.strictObject({
  finished_at: instantSchema,
  entries: z.int(),
  objects: z.int(),
  bytes: z.int(),
  misses: z.int().describe('What is not as it was kept'),
  unreported: z.int().describe('Those of them for which the policy has no class'),
});

/** The last run of each sweep that has come to its end, and the clock by which evidence expires. */
export const custodyHealthSchema = z.strictObject({
  retention_sweep: retentionSchema.nullable(),
  verification_sweep: verificationSchema.nullable(),
  clock_at: instantOrEmptySchema.describe('The custody clock; empty before its first reading'),
  clock_lag_seconds: z
    .number()
    .describe('By how much the wall clock is ahead of it: evidence is kept for that much longer'),
});
export type CustodyHealth = z.infer<typeof custodyHealthSchema>;

export const UNKNOWN_CUSTODY: CustodyHealth = {
  retention_sweep: null,
  verification_sweep: null,
  clock_at: '',
  clock_lag_seconds: 0,
};

export async function custodyHealth({
  sweeps,
  custodyClock,
}: Pick<ShimDeps['ledger'], 'sweeps' | 'custodyClock'>): Promise<CustodyHealth> {
  const [{ retention, verification }, clock] = await Promise.all([
    sweeps.last(),
    custodyClock.read(),
  ]);
  return {
    retention_sweep: retention && finished(retention),
    verification_sweep: verification && finished(verification),
    clock_at: clock === null ? '' : instantOf(clock.trusted_ms),
    clock_lag_seconds: clock === null ? 0 : lagOf(clock) / 1_000,
  };
}

function finished<Findings extends { finished_ms: number }>({
  finished_ms,
  ...findings
}: Findings) {
  return { ...findings, finished_at: instantOf(finished_ms) };
}
