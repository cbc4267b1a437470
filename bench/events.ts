import { request } from 'undici';

/** What happens to incidents, as the product's own event stream tells it: no polling weighs on what is measured. */
export interface Events {
  /** Resolves when the ledger has an entry of that type for the incident. */
  until(incidentId: string, type: string): Promise<void>;
  stop(): void;
}

/** Far more than any step of a life takes. */
const PATIENCE_MS = 120_000;

export async function followEvents(url: string): Promise<Events> {
  const stopping = new AbortController();
  const { body } = await request(`${url}/api/v1/events`, {
    signal: stopping.signal,
    bodyTimeout: 0,
  });
  const happened = new Set<string>();
  const waiting = new Map<string, () => void>();
  let rest = '';
  body.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!line.startsWith('data:')) continue;
      const { incident_id, type } = JSON.parse(line.slice(5)) as Record<string, string>;
      const key = `${incident_id}/${type}`;
      happened.add(key);
      waiting.get(key)?.();
    }
  });
  body.on('error', () => {});
  return {
    until: (incidentId, type) => {
      const key = `${incidentId}/${type}`;
      if (happened.has(key)) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`no ${key} in time`)), PATIENCE_MS);
        waiting.set(key, () => {
          clearTimeout(late);
          waiting.delete(key);
          resolve();
        });
      });
    },
    stop: () => stopping.abort(),
  };
}
