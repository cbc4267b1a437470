import type { Captured, IncidentFacts } from '../src/domain/activities.ts';
import type { Taken } from '../src/domain/custodian.ts';
import { Fault } from '../src/domain/fault.ts';
import type { ActivityDeps } from './deps.ts';

interface Kept extends Pick<Taken, 'host' | 'frozen' | 'artifacts' | 'gaps'> {
  short_of: string[];
}

/** What was captured, with the receipt of its signed manifest; a gap more where that could not be made. */
export async function seal(
  { custodian, now, random }: Pick<ActivityDeps, 'custodian' | 'now' | 'random'>,
  { incident_id, class: incidentClass, severity, subject }: IncidentFacts,
  kept: Kept,
): Promise<Captured> {
  const { short_of, ...taken } = kept;
  const captured = {
    ...{ artifacts: [...taken.artifacts], gaps: [...taken.gaps], reset_count: null },
    ...(short_of.length > 0 && { short_of }),
  };
  const snapshot_id = Buffer.from(random()).toString('hex').slice(0, 16);
  const about = { incident_id, snapshot_id, class: incidentClass, severity, subject };
  try {
    return { ...captured, ...(await custodian.seal({ ...about, ...taken, taken_ms: now() })) };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const gap = { collector: 'manifest', reason: `${error.code}: ${error.message}` };
    return { ...captured, gaps: [...captured.gaps, gap], receipt: null };
  }
}
