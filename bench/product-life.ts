import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Life, Lived } from './life.ts';
import {
  entriesSchema,
  incidentSchema,
  type Answer,
  type Product,
  type SeenIncident,
} from './product.ts';

/** Seldom enough to weigh nothing beside the life itself. */
const LOOK_EVERY_MS = 60;
const PATIENCE_MS = 60_000;

/** Not the practice host, whose TPM would be asked. */
const HOST = { host: 'bench-host' };

/** A latched critical incident from its report to its closed review, the whole ceremony by HTTP. */
export function latchedLife(product: Product): Life {
  return async () => {
    const askedMs = performance.now();
    const reported = await report(product, { class: 'attestation_failure', subject: HOST });
    const answeredMs = performance.now() - askedMs;
    const { id } = reported;
    await product.events.until(id, 'contained');
    const ackedMs = performance.now();
    await command(product, 'recovery/ack', { incident_id: id });
    const ackMs = performance.now() - ackedMs;
    await command(product, 'recovery/reattest', { incident_id: id });
    await command(product, 'incidents/resolve', { id });
    await product.events.until(id, 'sealed');
    await command(product, 'incidents/close', { id, note: 'bench' });
    return { answeredMs, ackMs, ...(await stampsOf(product, id)) };
  };
}

export async function report(
  product: Product,
  fields: { class: string; severity?: string; subject?: object },
): Promise<SeenIncident> {
  const body = { source: 'bench', description: 'a measurement', ...fields };
  const answer = await product.call('POST', '/api/v1/incidents/report', body);
  return incidentSchema.parse(expectStatus(answer, 201));
}

/** Like any careful client: a 503 is asked again, and the key makes the repeats one command. */
export async function command(product: Product, path: string, body: object): Promise<void> {
  const key = randomUUID();
  const endsMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await product.call('POST', `/api/v1/${path}`, body, key);
    if (answer.status !== 503 || performance.now() > endsMs) return void expectStatus(answer, 200);
    await delay(LOOK_EVERY_MS);
  }
}

/** The incident, once the condition holds of it. */
export async function until(
  product: Product,
  id: string,
  holds: (incident: SeenIncident) => boolean,
): Promise<SeenIncident> {
  const endsMs = performance.now() + PATIENCE_MS;
  while (performance.now() < endsMs) {
    const { body } = await product.call('GET', `/api/v1/incidents/${id}`);
    const incident = incidentSchema.parse(body);
    if (holds(incident)) return incident;
    await delay(LOOK_EVERY_MS);
  }
  throw new Error(`${id} did not get there in ${PATIENCE_MS} ms`);
}

/** By the product's own clock: from intake to the workflow's word, and to the reflex's freeze. */
export async function stampsOf(
  product: Product,
  id: string,
): Promise<Pick<Lived, 'containedMs' | 'reflexMs'>> {
  const { body } = await product.call('GET', `/api/v1/incidents/${id}/timeline`);
  const entries = entriesSchema.parse(body);
  const at = (type: string) => Date.parse(entries.find((entry) => entry.type === type)?.at ?? '');
  const reportedMs = at('reported');
  return { containedMs: at('contained') - reportedMs, reflexMs: at('reflex') - reportedMs };
}

function expectStatus({ status, body }: Answer, expected: number): unknown {
  if (status === expected) return body;
  throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
}
