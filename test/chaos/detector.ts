import { z } from 'zod';
import { pause } from '../support/processes.ts';
import { call, type Answer } from './api.ts';

/** As a real detector's: soon again, for as long as it takes. */
const AGAIN_AFTER_MS = 200;
const PATIENCE_MS = 120_000;

/** A source that may report each class, and so the name of its token. */
export const REPORTERS = {
  attestation_failure: 'runtime-attestor',
  integrity_violation: 'integrity-monitor',
  unauthorized_access: 'policy-engine',
  manifest_mismatch: 'registry',
  policy_bypass_attempt: 'policy-engine',
  prompt_injection: 'tool-firewall',
  tool_call_burst: 'tool-firewall',
  model_behavior_anomaly: 'gpu-integrity-watch',
  forbidden_airlock_request: 'airlock',
} as const;
export type ReportedClass = keyof typeof REPORTERS;
export const CLASSES = Object.keys(REPORTERS) as ReportedClass[];

export interface Sighting {
  key: string;
  class: ReportedClass;
  severity?: 'critical' | 'high' | 'medium' | 'low';
  subject: Record<string, string>;
}

const openedSchema = z.object({ id: z.string() });

/** Sends a report once, as its source. */
export function report(place: { home: string; url: string }, sighting: Sighting): Promise<Answer> {
  const { key, class: reported, ...rest } = sighting;
  const body = { class: reported, description: `seen as ${key}`, ...rest };
  return call(place, REPORTERS[reported], 'POST', '/api/v1/incidents/report', { key, body });
}

/** Sends a report under its key until it is answered 2xx; returns the id of the incident. */
export async function insist(
  place: { home: string; url: string },
  sighting: Sighting,
): Promise<string> {
  const giveUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    const { status, body } = await report(place, sighting);
    if (status === 200 || status === 201) return openedSchema.parse(body).id;
    const passes = status === 0 || status === 503;
    if (!passes || performance.now() > giveUpAt) {
      throw new Error(`${sighting.key} was answered ${status} ${JSON.stringify(body)}`);
    }
    await pause(AGAIN_AFTER_MS);
  }
}
