import { Fault } from '../../domain/fault.ts';
import { incidentRecordSchema } from '../../domain/incident-record.ts';
import { reportSchema } from '../../domain/report.ts';
import type { ShimDeps } from '../deps.ts';
import { IDEMPOTENCY_KEY, idempotencyKey } from '../idempotency-key.ts';
import { LONGEST_WAIT_S, preferredWait } from '../prefer-wait.ts';
import { noQuery, route } from '../route.ts';
import { settled } from '../settled.ts';

export const report = route({
  method: 'post',
  path: '/api/v1/incidents/report',
  summary: 'Report an incident; once this is answered 2xx, it will be contained',
  access: ['report'],
  query: noQuery,
  body: reportSchema,
  invalid: 'invalid_report',
  headers: {
    ...IDEMPOTENCY_KEY,
    Prefer: `wait=N: answer when containment has settled, or after N seconds (at most ${LONGEST_WAIT_S})`,
  },
  answers: {
    201: { description: 'Recorded: the incident that it opened', schema: incidentRecordSchema },
    200: { description: 'A repeat: the incident as it is now', schema: incidentRecordSchema },
    503: { description: 'Nothing was recorded; the same report must be sent again' },
  },
  handle: async ({ principal, body, header, gone }, deps) => {
    const key = idempotencyKey(header('idempotency-key'));
    const wait = preferredWait(header('prefer'));
    const { incident, repeated } = await timed(deps, () =>
      deps.intake.report(principal, body, key),
    );
    return {
      status: repeated ? 200 : 201,
      headers: {
        Location: `/api/v1/incidents/${incident.id}`,
        ...(repeated ? { 'Idempotent-Replayed': 'true' } : {}),
        ...(wait === null ? {} : { 'Preference-Applied': `wait=${wait}` }),
      },
      body: wait === null ? incident : await settled(deps, incident, wait * 1_000, gone),
    };
  },
});

async function timed<T extends { repeated: boolean }>(
  { metrics, now }: Pick<ShimDeps, 'metrics' | 'now'>,
  admit: () => Promise<T>,
): Promise<T> {
  const began = now();
  const took = (outcome: string) =>
    metrics.intakeSeconds.observe({ outcome }, (now() - began) / 1_000);
  try {
    const admitted = await admit();
    took(admitted.repeated ? 'repeated' : 'recorded');
    return admitted;
  } catch (error) {
    took(error instanceof Fault && !error.retryable ? 'refused' : 'failed');
    throw error;
  }
}
