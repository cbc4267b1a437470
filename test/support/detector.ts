import type { z } from 'zod';
import type { AlertFormatName } from '../../src/domain/alert.ts';
import { receiptSchema } from '../../src/shim/alerts/receipt.ts';
import { eventually } from './eventually.ts';
import type { Installation } from './installation.ts';

export interface Answered {
  status: number;
  headers: Headers;
  /** As it came. */
  body: unknown;
}

/** How many alerts of a source became what, as `GET /api/v1/alerts/counts` has it. */
export type Tally = Partial<Record<string, number>>;

/** What a detector is to one installation: a source with its token, and what became of its alerts. */
export function detectorOf(cordon: Pick<Installation, 'url' | 'api' | 'tokenOf'>, source: string) {
  async function post(format: string, body: string, type = 'application/json'): Promise<Answered> {
    const response = await fetch(`${cordon.url}/api/v1/alerts/${format}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cordon.tokenOf(source)}`, 'content-type': type },
      body,
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  async function tally(): Promise<Tally> {
    const { body } = await cordon.api('GET', '/api/v1/alerts/counts');
    const counts = body['list'] as { source: string; outcome: string; count: number }[];
    const ours = counts.filter((each) => each.source === source);
    return Object.fromEntries(ours.map(({ outcome, count }) => [outcome, count]));
  }

  return {
    post,
    tally,
    /** What became of alerts that are taken, and must be. */
    send: async (
      format: AlertFormatName,
      body: string,
      type?: string,
    ): Promise<z.infer<typeof receiptSchema>> => {
      const answered = await post(format, body, type);
      if (answered.status !== 200) throw new Error(JSON.stringify(answered));
      return receiptSchema.parse(answered.body);
    },
    untilTally: (isSo: (tally: Tally) => boolean) => eventually(tally, isSo),
    /** Every alert that is listed of it, oldest first. */
    alerts: async () => {
      const { body } = await cordon.api('GET', `/api/v1/alerts?source=${source}&limit=500`);
      const listed = body['list'] as { title: string; outcome: string; incident_id: string }[];
      return listed.toReversed();
    },
  };
}
