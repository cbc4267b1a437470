import { continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { VerificationFindings } from '../src/domain/sweeps.ts';
import { custody, inspections } from './sweep-effects.ts';

/** Objects in one step, which a worker that dies begins anew. */
const BATCH = 20;

/** Where an earlier run of the same sweep has left off. */
interface Progress {
  left: number;
  found: VerificationFindings;
}

/** Walks the ledger, verifies its time stamps, then reads back the share of the evidence whose turn it is. */
export async function verificationSweep(resumed?: Progress): Promise<VerificationFindings> {
  let { left, found } = resumed ?? (await begin());
  while (left > 0) {
    const step = await inspections.verifyObjects({ limit: Math.min(left, BATCH) });
    found = sum(found, step);
    // Fewer than were counted: they cannot be more again today.
    left = step.objects === 0 ? 0 : left - step.objects;
    if (workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof verificationSweep>({ left, found });
    }
  }
  await custody.verificationFinished(found);
  return found;
}

async function begin(): Promise<Progress> {
  const found = sum(await inspections.verifyLedger(), await inspections.verifyTimes());
  return { left: await custody.shareOfToday(), found };
}

function sum(a: VerificationFindings, b: VerificationFindings): VerificationFindings {
  return {
    entries: a.entries + b.entries,
    objects: a.objects + b.objects,
    bytes: a.bytes + b.bytes,
    misses: a.misses + b.misses,
    unreported: a.unreported + b.unreported,
  };
}
