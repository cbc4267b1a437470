import { join } from 'node:path';
import { expect, it } from 'vitest';
import { withLedger } from '../src/local-ledger.ts';
import { simulateLocally } from '../src/local-simulation.ts';
import { cordon, scratch } from './cli/surroundings.ts';
import { admission } from './support/admissions.ts';
import { writePolicy } from './support/policy-directory.ts';

it('every incident of the ledger is replayed, and those are told that would have been different', async () => {
  const home = scratch();
  const env = {
    CORDON_HOME: home,
    CONTAINMENT_POLICY_PATH: await writePolicy(join(home, 'policy'), {}),
  };
  const numbers = Array.from({ length: 510 }, (_, at) => at + 1);
  await withLedger(env, ({ log }) =>
    Promise.all(
      numbers.map((number) => {
        const incidentClass = number % 200 === 0 ? 'prompt_injection' : 'tool_call_burst';
        return log.admit(admission(number, { class: incidentClass, key: String(number) }));
      }),
    ),
  );
  const rules = { prompt_injection: { actions: ['freeze_agent', 'force_vault_relock'] } };
  await writePolicy(join(home, 'draft'), { containment: { rules } });
  const file = join(home, 'draft', 'incident-containment.yaml');

  const simulated = await simulateLocally(env, file);
  expect(simulated).toMatchObject({ file, incidents: 510 });
  expect(simulated.different.map(({ incident_id }) => incident_id).toSorted()).toEqual([
    'INC-20260102-030405-000000c8',
    'INC-20260102-030405-00000190',
  ]);

  const { code, out } = await cordon(['policy', 'simulate', file], {
    roots: { simulatePolicy: async () => simulated },
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^INC-20260102-030405-000000c8 +high +prompt_injection +by gpu-watch$/m);
  expect(out).toMatch(/^ +actions +- log_alert\n +\+ force_vault_relock$/m);
  expect(out).toMatch(/2 of 510 incidents would have been answered differently\.\n$/);
});
