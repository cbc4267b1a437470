import { z } from 'zod';
import {
  baselineReportSchema,
  verdictOf,
  type CheckedIncident,
} from '../../domain/baseline-check.ts';
import { nameSchema } from '../../domain/primitives.ts';
import type { ShimDeps } from '../deps.ts';
import { knownIncident } from '../known-incident.ts';
import { noQuery, route } from '../route.ts';
import { incidentRefSchema } from '../schemas.ts';

/** As many as a playbook may name, several times over. */
const MOST_CHECKS = 64;

const OF_NONE: CheckedIncident = { incident_id: '', class: '', subject: {}, contained_at: '' };

export const baselineCheck = route({
  method: 'post',
  path: '/api/v1/baseline/check',
  summary: 'Compare the running state with the known-good baseline; nothing is changed by it',
  access: ['operator', 'forensic'],
  query: noQuery,
  body: z.strictObject({
    /** Whose subject and containment the checks are about. */
    incident_id: z.exactOptional(incidentRefSchema),
    /** Absent: every check of the policy. */
    checks: z.exactOptional(z.array(nameSchema).min(1).max(MOST_CHECKS)),
  }),
  answers: {
    200: {
      description: 'Each check, and the worst of their verdicts; unknown is no pass',
      schema: baselineReportSchema,
    },
    404: { description: 'There is no such incident' },
  },
  handle: async ({ body }, { baseline, policy, ledger }) => {
    const about = await aboutOf(body.incident_id, ledger.register);
    const names = body.checks ?? Object.keys(policy.current().baseline.checks);
    const results = await baseline.run(names, about);
    return { body: { incident_id: about.incident_id, verdict: verdictOf(results), results } };
  },
});

async function aboutOf(
  id: string | undefined,
  register: ShimDeps['ledger']['register'],
): Promise<CheckedIncident> {
  if (id === undefined) return OF_NONE;
  const { subject, contained_at, ...incident } = await knownIncident(register, id);
  return { incident_id: id, class: incident.class, subject, contained_at };
}
