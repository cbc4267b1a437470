import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { POLICY_FILES, POLICY_PARTS } from '../../src/intake/policy-source.ts';
import type { PolicyPart, PolicySource } from '../../src/intake/policy-source.ts';
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

interface Break {
  part: PolicyPart;
  from: string;
  to: string;
  reason: RegExp;
  /** Found on the line that is to blame; the replacement itself where it is not given. */
  blamed?: string;
}

const hook = (members: string) => `webhooks:\n  - { name: a, secret_file: s, ${members} }`;
const BREAKS: Record<string, Break> = {
  'an unknown action': {
    part: 'containment',
    from: '[quarantine_model, freeze_agent]',
    to: '[quarantine_model, fry_agent]',
    reason: /^rules\.manifest_mismatch\.actions\[1\]: targets\.yaml has no action fry_agent$/,
  },
  'an unknown severity': {
    part: 'containment',
    from: 'default_severity: medium',
    to: 'default_severity: dire',
    reason: /^rules\.tool_call_burst\.default_severity: /,
  },
  'an unknown member': {
    part: 'containment',
    from: 'auto_contain: true',
    to: 'auto_contian: true',
    reason: /^rules\.attestation_failure\.auto_contian: is not known here$/,
  },
  'a missing member': {
    part: 'containment',
    from: '    auto_contain: true\n',
    to: '',
    blamed: 'attestation_failure:',
    reason: /^rules\.attestation_failure\.auto_contain: is missing$/,
  },
  'a class that is no name': {
    part: 'containment',
    from: 'integrity_violation:',
    to: 'Integrity-Violation:',
    reason: /is not a lower_case name$/,
  },
  'another version': {
    part: 'recovery',
    from: 'version: 1',
    to: 'version: 2',
    reason: /^version: /,
  },
  'an escalation of no class': {
    part: 'escalation',
    from: 'tool_call_burst:',
    to: 'tool_call_flood:',
    reason: /has no rule for tool_call_flood$/,
  },
  'a latch of no class': {
    part: 'recovery',
    from: '- manifest_mismatch',
    to: '- manifest_mistake',
    reason: /^latched\[3\]: incident-containment\.yaml has no rule for manifest_mistake$/,
  },
  'a reporter of no class': {
    part: 'reporters',
    from: 'registry: [manifest_mismatch]',
    to: 'registry: [nonsense]',
    reason: /^reporters\.registry\[0\]: /,
  },
  'a reserved reporter': {
    part: 'reporters',
    from: 'registry:',
    to: 'admin:',
    reason: /is a reserved name$/,
  },
  'an unknown action of an escalation': {
    part: 'escalation',
    from: 'threshold: 3',
    to: 'actions: [explode]\n    threshold: 3',
    blamed: 'explode',
    reason: /^windows\.prompt_injection\.actions\[0\]: /,
  },
  'a threshold of zero': {
    part: 'escalation',
    from: 'threshold: 3',
    to: 'threshold: 0',
    reason: /^windows\.prompt_injection\.threshold: /,
  },
  'a duration without unit': {
    part: 'escalation',
    from: 'window: 5m',
    to: 'window: 300',
    reason: /^windows\.prompt_injection\.window: /,
  },
  'a variable': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: ${DEADLINE}',
    reason: /^variables are not replaced/,
  },
  'a duplicate key': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: 10s\n  deadline: 9s',
    blamed: '9s',
    reason: /unique/,
  },
  'an alias': {
    part: 'reporters',
    from: 'registry: [manifest_mismatch]',
    to: 'registry: *all',
    reason: /^\*all: aliases are not read$/,
  },
  'a tag': {
    part: 'recovery',
    from: 'deadline: 10s',
    to: 'deadline: !secret 10s',
    reason: /tag/,
  },
  'an action without its target': {
    part: 'targets',
    from: 'target: airlock',
    to: 'target: airlook',
    reason: /no target is named airlook$/,
  },
  'a webhook without secret': {
    part: 'notifications',
    from: 'webhooks: []',
    to: 'webhooks:\n  - { name: a, url: "https://a.example/", events: [contained] }',
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.secret_file: is missing$/,
  },
  'a misspelt event': {
    part: 'notifications',
    from: 'webhooks: []',
    to: hook('url: "https://a.example/", events: [contain]'),
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.events\[0\]: there is no event contain$/,
  },
  'a webhook by ftp': {
    part: 'notifications',
    from: 'webhooks: []',
    to: hook('url: "ftp://a.example/", events: [contained]'),
    blamed: '{ name: a',
    reason: /^webhooks\[0\]\.url: /,
  },
};

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

const DAMAGES: ((line: string) => string[])[] = [
  () => [],
  (line) => [line, line],
  (line) => [` ${line}`],
  (line) => [line.replace(':', '')],
  (line) => [line.replace(/: (.+)/, ': { x: $1')],
  (line) => [line.replace(/[a-z]+/, String.raw`"\q"`)],
];

/** Every damage to every line that says something. */
function* damaged(text: string): Iterable<string> {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    for (const damage of DAMAGES) yield lines.toSpliced(index, 1, ...damage(line)).join('\n');
  }
}

describe('whatever line is damaged, the policy loads or is blamed at a line that it has', () => {
  it.each(POLICY_PARTS)('%s', async (part) => {
    for (const text of damaged(shipped[part].text)) {
      const problems = await problemsOf(parsing(withText(part, text)));
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
