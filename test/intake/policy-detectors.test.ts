import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapAlert } from '../../src/intake/mapping/map-alert.ts';
import {
  checkPolicyFile,
  loadPolicy,
  readPolicy,
  SHIPPED_POLICY,
} from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { digestOf, policySourceSchema } from '../../src/intake/policy-source.ts';
import { alertOf } from './mapping/rules.ts';
import { problemsOf } from './problems.ts';
import { directoryOf, scratch } from './scratch.ts';

const RULES = `version: 1
format: hubble
rules:
  - name: dropped
    when: alert.verdict == 'DROPPED'
    class: unauthorized_access
    severity: "'low'"
    subject:
      pod: alert.source.pod_name
      host:
        - alert.node_name
        - alert.nodes[0]
    evidence:
      port: alert.l4.TCP.destination_port
`;

/** A directory with nothing but rules for alerts, beside the shipped rules for incidents. */
async function policyWith(text: string, name = 'hubble.yaml') {
  const containment = 'incident-containment.yaml';
  const directory = await directoryOf({
    [containment]: await readFile(join(SHIPPED_POLICY, containment), 'utf8'),
  });
  await mkdir(join(directory, 'detectors'));
  const file = join(directory, 'detectors', name);
  await writeFile(file, text);
  return { directory, file, containmentPath: join(directory, containment) };
}

describe('the rules for alerts', () => {
  it('are those beside the containment file, and the shipped ones of formats that have none there', async () => {
    const { containmentPath } = await policyWith(RULES);
    const { detectors } = await loadPolicy({ containmentPath });
    expect(detectors.hubble?.rules).toMatchObject([
      { name: 'dropped', subject: { pod: ['alert.source.pod_name'] }, cause: [], fan_in: false },
    ]);
    expect(detectors.falco?.rules.length).toBeGreaterThan(0);
  });

  it('may be none, against the shipped ones', async () => {
    const { containmentPath } = await policyWith(
      'version: 1\nformat: falco\nrules: []\n',
      'falco.yaml',
    );
    expect((await loadPolicy({ containmentPath })).detectors.falco?.rules).toEqual([]);
  });

  it('are in the digest, whichever file of them changes', async () => {
    const digests = [RULES, `${RULES}# seen\n`, RULES.replace('hubble', 'tetragon')].map(
      async (text, index) => {
        const name = index === 2 ? 'tetragon.yaml' : 'hubble.yaml';
        return (await loadPolicy(await policyWith(text, name))).digest;
      },
    );
    expect(new Set(await Promise.all(digests)).size).toBe(3);
  });

  it('are kept with the policy, in any order, and a policy that was kept without them has none', async () => {
    const source = await readPolicy(await policyWith(RULES));
    const { detectors, ...parts } = source;
    const turned = Object.fromEntries(Object.entries(detectors).toReversed());
    const kept = policySourceSchema.parse(
      JSON.parse(JSON.stringify({ ...parts, detectors: turned })),
    );
    expect(digestOf(kept)).toBe(digestOf(source));
    expect(parsePolicy(kept)).toEqual(parsePolicy(source));
    expect(parsePolicy(policySourceSchema.parse(parts)).detectors).toEqual({});
  });

  it('are read once for as long as their file stays the same', async () => {
    const place = await policyWith(RULES);
    const [first, second] = [await loadPolicy(place), await loadPolicy(place)];
    expect(second.detectors.hubble).toBe(first.detectors.hubble);
  });
});

describe('the example of docs/detectors.md', () => {
  it('is valid, and is about what it says', async () => {
    const document = await readFile(new URL('../../docs/detectors.md', import.meta.url), 'utf8');
    const [, text = ''] = /```yaml\n(.*?)```/s.exec(document) ?? [];
    const { falco } = (await loadPolicy(await policyWith(text, 'falco.yaml'))).detectors;
    const facts = { rule: 'Terminal shell in container', priority: 'Error', hostname: 'node-1' };
    expect(falco && mapAlert(falco, alertOf(facts))).toMatchObject({
      severity: 'high',
      subject: { host: 'node-1' },
      cause: ['Terminal shell in container'],
    });
  });
});

describe('rules for alerts are refused at their file and line where they', () => {
  it.each([
    ['cannot be read', ['name: dropped', 'name: *dropped'], 4, /aliases are not read/],
    [
      'have an unknown member',
      ['severity', 'serverity'],
      7,
      /^rules\[0\]\.serverity: is not known/,
    ],
    [
      'lack a member',
      ['    class: unauthorized_access\n', ''],
      4,
      /^rules\[0\]\.class: is missing$/,
    ],
    ['have a condition that is none', ["== 'DROPPED'", '=='], 5, /^rules\[0\]\.when: is no expr/],
    [
      'name what is not there',
      ['alert.source', 'flow.source'],
      9,
      /^rules\[0\]\.subject\.pod: there is no flow/,
    ],
    [
      'call what is not there',
      ['alert.nodes[0]', 'first(alert.nodes)'],
      12,
      /\.host\[1\]: there is no function first/,
    ],
    [
      'have a severity that is none',
      ['"\'low\'"', 'severe'],
      7,
      /^rules\[0\]\.severity: there is no severe/,
    ],
    [
      'show what is no expression',
      ['.destination_port', '.'],
      14,
      /^rules\[0\]\.evidence\.port: is no expr/,
    ],
    [
      'are about another format',
      ['format: hubble', 'format: falco'],
      2,
      /^format: the file is named hubble\.yaml$/,
    ],
    ['are about no format', ['format: hubble', 'format: hubbel'], 2, /^format: /],
    [
      'are about no class',
      ['unauthorized_access', 'break_in'],
      6,
      /^rules\[0\]\.class: incident-containment\.yaml has no rule for break_in$/,
    ],
    [
      'are named alike',
      ['rules:', 'rules:\n  - { name: dropped, when: "false", class: unauthorized_access }'],
      5,
      /^rules\[1\]\.name: another rule is named dropped$/,
    ],
    [
      'have samples of no rule',
      ['rules:', 'samples: [{ file: a.json, falls_under: [no_such] }]\nrules:'],
      3,
      /no rule is named no_such$/,
    ],
  ] as const)('%s', async (_, [from, to], line, reason) => {
    const { file, containmentPath } = await policyWith(RULES.replace(from, to));
    expect(await problemsOf(loadPolicy({ containmentPath }))).toContainEqual({
      file,
      line,
      reason: expect.stringMatching(reason),
    });
  });

  it('have a file that is named after no format', async () => {
    const { file, containmentPath } = await policyWith(RULES, 'hubbel.yaml');
    expect(await problemsOf(loadPolicy({ containmentPath }))).toMatchObject([
      { file, line: 0, reason: expect.stringMatching(/no format of alerts: falco\.yaml, /) },
    ]);
  });

  it('have a file that is a directory', async () => {
    const { directory, containmentPath } = await policyWith(RULES);
    await mkdir(join(directory, 'detectors', 'opa.yaml'));
    expect(await problemsOf(loadPolicy({ containmentPath }))).toMatchObject([
      { reason: 'is not a file' },
    ]);
  });

  it('are wrong in several places: all of them are said', async () => {
    const { containmentPath } = await policyWith(RULES.replaceAll('alert.', 'flow.'));
    expect(await problemsOf(loadPolicy({ containmentPath }))).toHaveLength(5);
  });
});

describe('a shipped rule about a class that the operator left out', () => {
  it('is without effect, and the rest of its file stays', async () => {
    const other = 'other: { auto_contain: false, actions: [], default_severity: low }';
    const directory = await directoryOf({ 'rules.yaml': `version: 1\nrules:\n  ${other}\n` });
    const defaultsDir = await scratch();
    await cp(SHIPPED_POLICY, defaultsDir, { recursive: true });
    const rules = RULES.replace("alert.verdict == 'DROPPED'", "'true'");
    const more = "  - { name: kept, when: 'true', class: other }\n";
    await writeFile(join(defaultsDir, 'detectors', 'hubble.yaml'), rules + more);
    const containmentPath = join(directory, 'rules.yaml');
    const { hubble } = (await loadPolicy({ containmentPath, defaultsDir })).detectors;
    expect(hubble && mapAlert(hubble, alertOf({}))?.rule).toBe('kept');
  });
});

describe('checking one file of rules for alerts', () => {
  it('knows it by its name, and reads its siblings from the directory above', async () => {
    const { file } = await policyWith(RULES);
    const { part, policy } = await checkPolicyFile(file);
    expect([part, policy.detectors.hubble?.rules.length]).toEqual(['detectors/hubble', 1]);
  });

  it('knows a draft by the format that it says it is about', async () => {
    const { directory } = await policyWith(RULES);
    const draft = join(directory, 'draft.yaml');
    await writeFile(draft, RULES.replace('name: dropped', 'name: drafted'));
    const { part, policy } = await checkPolicyFile(draft);
    expect([part, policy.detectors.hubble?.rules[0]?.name]).toEqual([
      'detectors/hubble',
      'drafted',
    ]);
  });

  it.each([
    ['is about no format', RULES.replace('hubble', 'hubbel'), /^format: is none of falco, /],
    ['cannot be read', `${RULES}a: &a 1\nb: *a\n`, /aliases/],
  ])('refuses a draft that %s', async (_, text, reason) => {
    const { directory } = await policyWith(RULES);
    const draft = join(directory, 'draft.yaml');
    await writeFile(draft, text);
    expect(await problemsOf(checkPolicyFile(draft))).toMatchObject([
      { file: draft, reason: expect.stringMatching(reason) },
    ]);
  });
});
