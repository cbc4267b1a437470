import type { Client } from '@temporalio/client';
import { command, latchedLife, report, until } from './product-life.ts';
import { incidentsSchema, type Product } from './product.ts';

/** Durable steps of a whole life: of a latched critical incident, and of one that only logs. */
export async function transitions(product: Product, client: Client) {
  await latchedLife(product)();
  const latched = await newestId(product, 'attestation_failure');
  const logged = (await report(product, { class: 'forbidden_airlock_request' })).id;
  await until(product, logged, (incident) =>
    JSON.stringify(incident['containment_actions']).includes('"contained"'),
  );
  await command(product, 'incidents/resolve', { id: logged });
  return {
    latched: await closedWith(client, latched),
    logs_only: await closedWith(client, logged),
  };
}

async function newestId(product: Product, incidentClass: string): Promise<string> {
  const { body } = await product.call('GET', `/api/v1/incidents?class=${incidentClass}&limit=1`);
  return incidentsSchema.parse(body)[0]?.id ?? '';
}

async function closedWith(client: Client, id: string): Promise<number> {
  const handle = client.workflow.getHandle(id);
  await handle.result();
  const { raw } = await handle.describe();
  return Number(raw.workflowExecutionInfo?.stateTransitionCount ?? Number.NaN);
}
