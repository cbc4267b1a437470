import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import {
  digestOf,
  eachPart,
  policySourceSchema,
  type PolicyFile,
} from '../../src/intake/policy-source.ts';

const reading = () =>
  readPolicy({ containmentPath: join(SHIPPED_POLICY, 'incident-containment.yaml') });

/** What the others say of classes that a playbook would have brought is without effect then. */
const asDefault = (file: PolicyFile): PolicyFile => ({ ...file, shipped: true });

it('a policy that was kept before there were checks has none, and keeps its digest', async () => {
  const source = await reading();
  const { baseline, ...older } = { ...source, ...eachPart((part) => asDefault(source[part])) };
  const kept = policySourceSchema.parse(JSON.parse(JSON.stringify({ ...older, detectors: {} })));
  expect(parsePolicy(kept).baseline).toEqual({ version: 1, checks: {} });
  // The digest as it was counted then: over the files that there were.
  expect(digestOf(kept)).not.toBe(digestOf({ ...kept, baseline }));
  expect(digestOf(kept)).toBe(digestOf({ ...kept, baseline: { ...baseline, path: '' } }));
});
