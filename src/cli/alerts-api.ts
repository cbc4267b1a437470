import { z } from 'zod';
import type { Client } from './client.ts';

const listedSchema = z.object({
  identity: z.string(),
  source: z.string(),
  format: z.string(),
  title: z.string(),
  rule: z.string(),
  outcome: z.string(),
  reason: z.string(),
  incident_id: z.string(),
  received_at: z.string(),
});
export type ListedAlert = z.infer<typeof listedSchema>;

const countSchema = z.object({
  source: z.string(),
  format: z.string(),
  outcome: z.string(),
  count: z.number(),
  last_at: z.string(),
});
export type AlertCount = z.infer<typeof countSchema>;

/** What the command asks of a server about alerts. */
export interface AlertsApi {
  /** One page, newest first. */
  list(query: URLSearchParams): Promise<ListedAlert[]>;
  counts(): Promise<AlertCount[]>;
}

export function createAlertsApi(client: Client): AlertsApi {
  return {
    list: (query) =>
      client.json(
        { method: 'GET', path: `/api/v1/alerts?${query.toString()}` },
        z.array(listedSchema),
      ),
    counts: () =>
      client.json({ method: 'GET', path: '/api/v1/alerts/counts' }, z.array(countSchema)),
  };
}
