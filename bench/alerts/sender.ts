import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { z } from 'zod';
import type { AlertFormatName } from '../../src/domain/alert.ts';
import { SOURCE } from './policy.ts';

/** More than send at once. */
const CONNECTIONS = 32;

const receiptSchema = z.looseObject({
  counts: z.looseObject({ incident: z.int(), observation: z.int() }),
  alerts: z.array(z.looseObject({ incident_id: z.string() })),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** A detector with connections that it keeps. */
export interface Sender {
  /** Lines of JSON. Throws where not each of them became an incident or joined one. */
  send(format: AlertFormatName, lines: readonly string[]): Promise<Receipt>;
  close(): Promise<void>;
}

export async function createSender(url: string, home: string): Promise<Sender> {
  const token = (await readFile(join(home, 'tokens', SOURCE), 'utf8')).trim();
  const pool = new Pool(url, { connections: CONNECTIONS });
  return {
    send: async (format, lines) => {
      const response = await pool.request({
        method: 'POST',
        path: `/api/v1/alerts/${format.replaceAll('_', '-')}`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': lines.length === 1 ? 'application/json' : 'application/x-ndjson',
        },
        body: lines.join('\n'),
      });
      const body: unknown = await response.body.json();
      if (response.statusCode !== 200) throw refused(format, body);
      const receipt = receiptSchema.parse(body);
      const { incident, observation } = receipt.counts;
      if (incident + observation !== lines.length) throw refused(format, receipt.counts);
      return receipt;
    },
    close: () => pool.close(),
  };
}

function refused(format: AlertFormatName, answer: unknown): Error {
  return new Error(`${format} was answered ${JSON.stringify(answer)}`);
}
