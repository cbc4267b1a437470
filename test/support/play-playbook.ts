import { randomUUID } from 'node:crypto';
import { createClient } from '../../src/cli/client.ts';
import { carryOut } from '../../src/cli/drill/carry-out.ts';
import { nextOrder } from '../../src/cli/drill/next-order.ts';
import { createTasksApi } from '../../src/cli/tasks-api.ts';
import type { Incident } from '../../src/domain/incident-record.ts';
import type { Role } from '../../src/domain/principal.ts';
import { createPrincipals } from '../../src/intake/principals.ts';
import { withLedger } from '../../src/local-ledger.ts';
import { eventually } from './eventually.ts';
import type { Installation } from './installation.ts';

/** A fan-out, evidence and measurements of many targets come before what is asked of people. */
const STEP_MS = 60_000;
const MOST_ORDERS = 100;

/** The second person that some playbooks take: the token of bob, who may do all that a person may. */
export function secondPerson(cordon: Installation): Promise<string> {
  const roles: Role[] = ['read', 'operator', 'recovery_admin', 'forensic', 'policy_admin'];
  return addPerson(cordon, 'bob', roles);
}

/** A further person of the installation, by the token. */
export async function addPerson({ env }: Installation, name: string, roles: Role[]) {
  const { token } = await withLedger(env, (ledger) =>
    createPrincipals({ ...ledger, now: Date.now }).add(
      { name, kind: 'person', roles, source: '', classes: [] },
      'test',
    ),
  );
  return token;
}

/** Does everything that an incident asks of two persons, to its close. */
export async function playPlaybook(
  cordon: Installation,
  id: string,
  bob: string,
): Promise<Incident> {
  await cordon.until(
    id,
    ({ state, auto_contain }) => state === 'contained' || !auto_contain,
    STEP_MS,
  );
  await followOrders(cordon, id, bob);
  await untilTaken(cordon, id);
  const { require_ack, require_reattest, playbook } = await cordon.incident(id);
  if (require_ack) await given(cordon, 'acknowledge', id);
  if (require_reattest) await given(cordon, 'reattest', id);
  await given(cordon, 'resolve', id);
  if (playbook?.plan.resolve.persons === 2) await given(cordon, 'resolve', id, bob);
  await cordon.until(id, ({ bundle }) => bundle !== null, STEP_MS);
  await followOrders(cordon, id, bob);
  if ((await cordon.incident(id)).require_review) await given(cordon, 'close', id, bob);
  return cordon.incident(id);
}

/** One order after the other, as the incident's record asks for them. */
async function followOrders(cordon: Installation, id: string, bob: string): Promise<void> {
  for (let orders = 0; orders < MOST_ORDERS; orders += 1) {
    const order = nextOrder(await cordon.incident(id));
    if (order === null) return;
    const token = order.by === 'first' ? cordon.tokenOf('admin') : bob;
    const client = createClient({ url: cordon.url, token }, new AbortController().signal);
    await carryOut(createTasksApi(client), id, order, randomUUID());
  }
  throw new Error(`${id} asks for more than ${MOST_ORDERS} things`);
}

/** What was approved is in force, and all that was planned. */
async function untilTaken(cordon: Installation, id: string): Promise<void> {
  await cordon.until(
    id,
    ({ containment_actions, playbook }) =>
      containment_actions.every(({ status }) => status === 'contained') &&
      playbook?.steps.every(({ state }) => state !== 'approved') === true &&
      isNotAsked(playbook),
    STEP_MS,
  );
}

function isOver(state: string): boolean {
  return state === 'engaged' || state === 'declined';
}

function isNotAsked({ plan, steps }: NonNullable<Incident['playbook']>): boolean {
  const waiting = steps.filter(({ state }) => !isOver(state)).map(({ step }) => step);
  return plan.steps
    .filter(({ step }) => waiting.includes(step))
    .every(({ approval, branch }) => approval?.on_demand === true || branch !== '');
}

async function given(
  cordon: Installation,
  command: 'acknowledge' | 'reattest' | 'resolve' | 'close',
  id: string,
  token?: string,
): Promise<void> {
  const { status, body } = await eventually(
    () => cordon.command(command, id, token === undefined ? {} : { token }),
    (answer) => answer.status !== 503,
    STEP_MS,
  );
  if (status !== 200 && status !== 202) {
    throw new Error(`${command}: ${status} ${JSON.stringify(body)}`);
  }
}
