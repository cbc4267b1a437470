import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { digestOf, policySourceSchema } from '../../src/intake/policy-source.ts';

const reading = () =>
  readPolicy({ containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml') });

it('a policy that was kept before there were checks has none, and keeps its digest', async () => {
  const { baseline, ...older } = await reading();
  const kept = policySourceSchema.parse(JSON.parse(JSON.stringify(older)));
  expect(parsePolicy(kept).baseline).toEqual({ version: 1, checks: {} });
  // The digest as it was counted then: over the files that there were.
  expect(digestOf(kept)).not.toBe(digestOf({ ...kept, baseline }));
  expect(digestOf(kept)).toBe(digestOf({ ...kept, baseline: { ...baseline, path: '' } }));
});
