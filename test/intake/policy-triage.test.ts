import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkPolicyFile,
  loadPolicy,
  readPolicy,
  SHIPPED_POLICY,
} from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { digestOf, policySourceSchema } from '../../src/intake/policy-source.ts';
import { problemsOf } from './problems.ts';
import { directoryOf } from './scratch.ts';

const CONTAINMENT = 'incident-containment.yaml';
const TREES = `version: 1
trees:
  calls:
    quarantined_by: [freeze_agent]
    counts:
      denials:
        of: alert.verdict == 'DENIED'
        by: [extension]
        within: 60s
        many: 3
    root:
      question: burst
      ask: many.denials
      yes: { class: policy_bypass_attempt, level: P1, note: three of them }
      no:
        question: kind
        ask: alert.kind
        cases:
          known: { log: true, level: P3, note: one of them }
        else: { keep: true, note: as it is }
`;
const RULES = `version: 1
format: hubble
rules:
  - name: dropped
    when: alert.verdict == 'DROPPED'
    class: unauthorized_access
    triage: calls
`;

/** A directory with trees of its own, and rules that ask one of them. */
async function policyWith(trees: string, rules = RULES) {
  const text = await readFile(join(SHIPPED_POLICY, CONTAINMENT), 'utf8');
  const directory = await directoryOf({ [CONTAINMENT]: text, 'triage.yaml': trees });
  await mkdir(join(directory, 'detectors'));
  await writeFile(join(directory, 'detectors', 'hubble.yaml'), rules);
  return { directory, containmentPath: join(directory, CONTAINMENT) };
}

describe('the trees of a policy', () => {
  it('are those of its own file, and the shipped ones where it has none', async () => {
    const { triage, detectors } = await loadPolicy(await policyWith(TREES));
    expect(Object.keys(triage.trees)).toEqual(['calls']);
    expect(triage.trees['calls']?.counts['denials']).toMatchObject({ within: 60_000, many: 3 });
    expect(detectors.hubble?.rules).toMatchObject([{ triage: 'calls' }]);
    const shipped = await loadPolicy({ containmentPath: join(SHIPPED_POLICY, CONTAINMENT) });
    expect(Object.keys(shipped.triage.trees)).toEqual(['extension_runtime', 'threat_actors']);
  });

  it('are none in a policy that was kept before there were any, whose digest stays', async () => {
    const { triage: _, ...older } = await readPolicy(await policyWith(TREES));
    const { detectors: _rules, ...parts } = older;
    const kept = policySourceSchema.parse(JSON.parse(JSON.stringify(parts)));
    expect(parsePolicy(kept).triage.trees).toEqual({});
    const whole = await readPolicy(await policyWith(TREES));
    expect(digestOf(kept)).not.toBe(digestOf({ ...whole, detectors: {} }));
    expect(parsePolicy(kept).digest).toBe(digestOf(kept));
  });

  it('may be checked as a draft, which is known by what is in it', async () => {
    const { directory } = await policyWith(TREES);
    const draft = join(directory, 'draft.yaml');
    await writeFile(draft, TREES);
    expect((await checkPolicyFile(draft)).part).toBe('triage');
  });

  it('name classes and actions that there are', async () => {
    const trees = TREES.replace('policy_bypass_attempt', 'no_class').replace('[freeze', '[fry');
    const problems = await problemsOf(loadPolicy(await policyWith(trees)));
    expect(problems.map(({ reason }) => reason)).toEqual([
      'trees.calls.root.yes.class: incident-containment.yaml has no rule for no_class',
      'trees.calls.quarantined_by[0]: targets.yaml has no action fry_agent',
    ]);
  });
});

describe('trees are refused at their file and line where they', () => {
  it.each([
    ['ask for a count that there is not', ['many.denials', 'many.denial'], 13, /no count denial$/],
    ['ask for all counts', ['many.denials', 'size(many) > 1'], 13, /by the name of a count/],
    ['ask no question', ['ask: many.denials', 'ask: many.denials =='], 13, /is no expression/],
    ['ask for what is not there', ['alert.kind', 'flow.kind'], 17, /there is no flow/],
    [
      'count by what is not known then',
      ["alert.verdict == 'DENIED'", 'many.denials'],
      7,
      /no many/,
    ],
    ['count for no time', ['within: 60s', 'within: 0s'], 9, /more than 0/],
    ['count to one', ['many: 3', 'many: 1'], 10, /many: /],
    [
      'lack an answer',
      ['        else: { keep: true, note: as it is }\n', ''],
      15,
      /else: is missing/,
    ],
    ['end in nothing', ['level: P1, note', 'level: P9, note'], 14, /level: /],
  ] as const)('%s', async (_, [from, to], line, reason) => {
    const place = await policyWith(TREES.replace(from, to));
    expect(await problemsOf(loadPolicy(place))).toContainEqual({
      ...{ file: join(place.directory, 'triage.yaml'), line },
      reason: expect.stringMatching(reason),
    });
  });

  it('are deeper than anybody follows', async () => {
    const leaf = { keep: true, note: 'as it is' };
    const nested = (deep: number): object =>
      deep === 0 ? leaf : { question: 'q', ask: 'true', yes: nested(deep - 1), no: leaf };
    const trees = (deep: number) =>
      JSON.stringify({ version: 1, trees: { calls: { root: nested(deep) } } });
    expect(await problemsOf(loadPolicy(await policyWith(trees(11))))).not.toEqual([]);
    const { triage } = await loadPolicy(await policyWith(trees(10)));
    expect(triage.trees['calls']?.root).toEqual(nested(10));
  });

  it('are none that a rule names', async () => {
    const { directory, containmentPath } = await policyWith(TREES, RULES.replace('calls', 'call'));
    expect(await problemsOf(loadPolicy({ containmentPath }))).toEqual([
      {
        file: join(directory, 'detectors', 'hubble.yaml'),
        line: 7,
        reason: 'rules[0].triage: triage.yaml has no tree call',
      },
    ]);
  });
});
