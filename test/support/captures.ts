import type { Captured } from '../../src/domain/activities.ts';
import { evidenceReceiptSchema } from '../../src/domain/evidence-receipt.ts';
import type { Course } from '../../src/domain/plan.ts';

/** A plan by which nothing is captured. */
export const NO_CAPTURE: Course['capture'] = {
  targets: [],
  deadline_ms: 0,
  quote: false,
  on_failure: 'hold',
  host_ms: 0,
};

/** A capture of nothing. */
export const NOTHING_CAPTURED: Captured = {
  artifacts: [],
  gaps: [],
  reset_count: null,
  receipt: null,
};

/** A capture that has kept one artifact, with the receipt of its manifest. */
export const CAPTURED: Captured = {
  artifacts: [
    { collector: 'processes', sha256: 'a'.repeat(64), size: 1, media_type: 'text/plain' },
  ],
  gaps: [],
  reset_count: null,
  receipt: evidenceReceiptSchema.parse({
    incident_id: 'INC-20260102-030405-00000001',
    snapshot_id: '0'.repeat(16),
    manifest: { sha256: 'b'.repeat(64), size: 1, media_type: 'application/json' },
    artifacts: 1,
    gaps: 0,
  }),
};
