import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { eachPart, POLICY_FILES, POLICY_PARTS } from '../../src/intake/policy-source.ts';
import type { PolicyPart, PolicySource } from '../../src/intake/policy-source.ts';
import { BREAKS } from './policy-breaks.ts';
import { problemsOf, refusalOf } from './problems.ts';

let shipped: PolicySource;
beforeAll(async () => {
  shipped = await readPolicy({ containmentPath: join(SHIPPED_POLICY, POLICY_FILES.containment) });
});

/** The shipped policy with one text changed. */
function withText(part: PolicyPart, text: string): PolicySource {
  return { ...shipped, [part]: { ...shipped[part], text } };
}
const parsing = async (source: PolicySource) => parsePolicy(source);

describe('a broken policy is refused at its file and line', () => {
  it.each(Object.entries(BREAKS))('%s', async (_, { part, from, to, reason, blamed = to }) => {
    const text = shipped[part].text.replace(from, to);
    const line = text.split('\n').findIndex((content) => content.includes(blamed)) + 1;
    expect(line).toBeGreaterThan(0);
    expect(await problemsOf(parsing(withText(part, text)))).toContainEqual({
      file: shipped[part].path,
      line,
      reason: expect.stringMatching(reason),
    });
  });

  it('a step of a host where no host has an agent', async () => {
    const attestation = 'version: 1\nattempts: { most: 1, window: 1m }\n';
    const rules = shipped.containment.text.replace(
      '[quarantine_model, freeze_agent]',
      '[kill_process]',
    );
    const source = {
      ...withText('containment', rules),
      attestation: withText('attestation', attestation).attestation,
    };
    expect(await problemsOf(parsing(source))).toContainEqual(
      expect.objectContaining({
        reason: expect.stringMatching(/kill_process is for a host's agent/),
      }),
    );
  });

  it('two webhooks of one name', async () => {
    const one = '{ name: a, url: "https://a.example/", secret_file: s, events: [contained] }';
    const text = `version: 1\nwebhooks:\n  - ${one}\n  - ${one}\n`;
    expect(await problemsOf(parsing(withText('notifications', text)))).toMatchObject([
      { line: 4, reason: 'webhooks[1].name: another webhook is named a' },
    ]);
  });

  it('says everything that is wrong at once, and the first in one line', async () => {
    const text = shipped.escalation.text.replaceAll('threshold: 5', 'threshold: many');
    const refusal = await refusalOf(parsing(withText('escalation', text)));
    expect(refusal?.code).toBe('invalid_policy');
    expect(refusal?.problems).toHaveLength(2);
    expect(refusal?.message).toMatch(/^\S+escalation\.yaml:\d+: windows\.\S+: .* \(and 1 more\)$/);
  });

  it.each([
    ['nothing', ''],
    ['a list', '- a\n'],
    ['two documents', 'version: 1\n---\nversion: 1\n'],
    ['nesting without end', '['.repeat(100_000)],
    ['an alias bomb', 'a: &a [x]\nb: &b [*a,*a]\nc: [*b,*b]\n'],
    ['a prototype', '__proto__: { version: 1 }\n'],
  ])('%s', async (_, text) => {
    const problems = await problemsOf(parsing(withText('escalation', text)));
    expect(problems.length).toBeGreaterThan(0);
    expect(new Set(problems.map(({ file }) => file))).toEqual(new Set([shipped.escalation.path]));
  });
});

describe('the classes after which a TPM must have been reset', () => {
  it('may be left to the default where the rules lack some of them', () => {
    const rules = shipped.containment.text.replace('unauthorized_access:', 'break_in:');
    const text = shipped.attestation.text.replace('    reset_required: []\n', '');
    const defaults = eachPart((part) => ({ ...shipped[part], shipped: true }));
    const attestation = { ...shipped.attestation, text };
    const containment = { ...shipped.containment, text: rules };
    const source = { ...defaults, containment, attestation, detectors: {}, playbooks: {} };
    const { groups } = parsePolicy(source).attestation;
    expect(groups['practice']?.reset_required).toContain('unauthorized_access');
  });
});

describe('the values of PCRs', () => {
  it('are the same whether or not their indexes are quoted', () => {
    const text = shipped.attestation.text.replaceAll(/'(\d)':/g, '$1:');
    expect(text).toMatch(/^ +0: [0-9a-f]{64}$/m);
    const unquoted = parsePolicy(withText('attestation', text));
    expect(unquoted.attestation).toEqual(parsePolicy(shipped).attestation);
  });
});

const DAMAGES: Record<string, (line: string) => string[]> = {
  lost: () => [],
  doubled: (line) => [line, line],
  moved: (line) => [` ${line}`],
  'without its colon': (line) => [line.replace(':', '')],
  'torn open': (line) => [line.replace(/: (.+)/, ': { x: $1')],
  'escaped wrongly': (line) => [line.replace(/[a-z]+/, String.raw`"\q"`)],
};

/** The text again and again, with another line that says something damaged each time. */
function* damaged(text: string, damage: (line: string) => string[]): Iterable<string> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    yield lines.toSpliced(index, 1, ...damage(line)).join('\n');
  }
}

const DAMAGED_PARTS = POLICY_PARTS.flatMap((part) =>
  Object.entries(DAMAGES).map(([how, damage]) => ({ part, how, damage })),
);

describe('whatever line is damaged, the policy loads or is blamed at a line that it has', () => {
  it.each(DAMAGED_PARTS)('$part: $how', async ({ part, damage }) => {
    for (const text of damaged(shipped[part].text, damage)) {
      // The rules for alerts have damages of their own, and take longer to read than all the rest.
      const source = { ...withText(part, text), detectors: {}, playbooks: {} };
      const problems = await problemsOf(parsing(source));
      const lineCounts = new Map(
        POLICY_PARTS.map((each) => [shipped[each].path, shipped[each].text.split('\n').length]),
      );
      lineCounts.set(shipped[part].path, text.split('\n').length);
      const astray = problems.filter(
        ({ file, line, reason }) => reason === '' || line < 1 || line > (lineCounts.get(file) ?? 0),
      );
      expect(astray).toEqual([]);
    }
  });
});
