import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPolicyFile, loadPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { rulesWithout } from '../../src/intake/policy-playbooks.ts';
import { POLICY_FILES } from '../../src/intake/policy-source.ts';
import { problemsOf } from './problems.ts';
import { directoryOf, scratch, shippedWith } from './scratch.ts';

const shipped = () =>
  loadPolicy({ containmentPath: join(SHIPPED_POLICY, POLICY_FILES.containment) });

/** The commented example, without its comment signs. */
const uncomment = (text: string) =>
  text
    .replace('webhooks: []', 'webhooks:')
    .replace(/^#(  [- ] )/gm, '$1')
    .replace(/^#(    )/gm, '$1');

/** Two rules in the layout of another recorder, with the section that it keeps beside them. */
const FOREIGN_FILE = `version: 1

rules:
  attestation_failure:
    auto_contain: true
    actions:
      - freeze_agent
      - disable_airlock
      - force_vault_relock
    default_severity: critical

  policy_bypass_attempt:
    auto_contain: true
    actions:
      - freeze_agent
      - log_alert
    default_severity: high

alerting:
  webhooks: []
`;

describe('the shipped policy', () => {
  it('answers eleven classes with the actions and severities of the table', async () => {
    const { containment, playbooks } = await shipped();
    const table = Object.entries(rulesWithout(playbooks, containment)).map(([name, rule]) => [
      name,
      rule.auto_contain,
      rule.default_severity,
      rule.actions.join(' '),
    ]);
    expect(table).toHaveLength(11);
    expect(table).toEqual(
      expect.arrayContaining([
        [
          'attestation_failure',
          true,
          'critical',
          'freeze_agent disable_airlock force_vault_relock',
        ],
        ['evidence_violation', false, 'critical', 'log_alert'],
        ['forbidden_airlock_request', false, 'medium', 'log_alert'],
        [
          'integrity_violation',
          true,
          'critical',
          'freeze_agent disable_airlock force_vault_relock',
        ],
        ['manifest_mismatch', true, 'high', 'quarantine_model freeze_agent'],
        ['model_behavior_anomaly', true, 'high', 'quarantine_model log_alert'],
        ['policy_bypass_attempt', true, 'high', 'freeze_agent log_alert'],
        ['prompt_injection', true, 'high', 'freeze_agent log_alert'],
        ['tool_call_burst', true, 'medium', 'freeze_agent'],
        ['unauthorized_access', true, 'critical', 'freeze_agent force_vault_relock log_alert'],
      ]),
    );
  });

  it('escalates five classes at their thresholds and windows', async () => {
    const { escalation } = await shipped();
    expect(escalation.windows).toEqual({
      prompt_injection: { threshold: 3, window: 300_000, escalates_to: 'critical', actions: [] },
      tool_call_burst: { threshold: 5, window: 60_000, escalates_to: 'high', actions: [] },
      policy_bypass_attempt: {
        threshold: 2,
        window: 600_000,
        escalates_to: 'critical',
        actions: [],
      },
      forbidden_airlock_request: {
        threshold: 5,
        window: 300_000,
        escalates_to: 'high',
        actions: [],
      },
      model_behavior_anomaly: {
        threshold: 3,
        window: 900_000,
        escalates_to: 'critical',
        actions: [],
      },
    });
  });

  it('latches four classes and gives every class a reporter, but for what Cordon reports itself', async () => {
    const { containment, playbooks, recovery, reporters } = await shipped();
    expect(recovery.latched.toSorted()).toEqual([
      'attestation_failure',
      'integrity_violation',
      'manifest_mismatch',
      'unauthorized_access',
    ]);
    const reported = new Set(Object.values(reporters.reporters).flatMap(({ classes }) => classes));
    const byCordon = ['evidence_violation', 'detector_failure'];
    expect([...reported, ...byCordon]).toEqual(
      expect.arrayContaining(Object.keys(rulesWithout(playbooks, containment))),
    );
  });

  it('notifies nobody until it is told whom', async () => {
    expect((await shipped()).notifications.webhooks).toEqual([]);
  });

  it('has an example of a webhook that is valid once it is uncommented', async () => {
    const { containmentPath } = await shippedWith('notifications.yaml', uncomment);
    expect((await loadPolicy({ containmentPath })).notifications.webhooks).toHaveLength(1);
  });
});

describe('when a directory holds only a containment file', () => {
  it('loads it unchanged and takes the rest from the shipped policy', async () => {
    const directory = await directoryOf({ 'incident-containment.yaml': FOREIGN_FILE });
    const policy = await loadPolicy({
      containmentPath: join(directory, 'incident-containment.yaml'),
    });
    expect(Object.keys(rulesWithout(policy.playbooks, policy.containment))).toEqual([
      'attestation_failure',
      'policy_bypass_attempt',
    ]);
    expect(policy.recovery).toEqual((await shipped()).recovery);
  });

  it('refuses unsigned webhooks beside the rules, and says where they belong', async () => {
    const text = FOREIGN_FILE.replace('[]', '[{ url: "http://127.0.0.1:9090/", events: [] }]');
    const directory = await directoryOf({ 'rules.yaml': text });
    const problems = await problemsOf(
      loadPolicy({ containmentPath: join(directory, 'rules.yaml') }),
    );
    expect(problems).toEqual([
      {
        file: join(directory, 'rules.yaml'),
        line: 20,
        reason: 'alerting.webhooks: webhooks are signed: list them in notifications.yaml',
      },
    ]);
  });

  it('prefers a sibling in the same directory', async () => {
    const directory = await directoryOf({
      'incident-containment.yaml': FOREIGN_FILE,
      'escalation.yaml': 'version: 1\nwindows: {}\n',
    });
    const policy = await loadPolicy({
      containmentPath: join(directory, 'incident-containment.yaml'),
    });
    expect(policy.escalation.windows).toEqual({});
  });
});

describe('the digest', () => {
  it.each(Object.values(POLICY_FILES))('changes with any byte of %s', async (name) => {
    const { containmentPath } = await shippedWith(name, (text) => `${text}#`);
    expect((await loadPolicy({ containmentPath })).digest).not.toBe((await shipped()).digest);
  });

  it('is the same wherever the same files are', async () => {
    const { containmentPath } = await shippedWith('escalation.yaml');
    expect((await loadPolicy({ containmentPath })).digest).toBe((await shipped()).digest);
  });
});

describe('a policy that cannot be read is refused', () => {
  it('a file that is too large', async () => {
    const { containmentPath, changed } = await shippedWith(
      'escalation.yaml',
      () => `#${'x'.repeat(300_000)}`,
    );
    expect(await problemsOf(loadPolicy({ containmentPath }))).toEqual([
      { file: changed, line: 0, reason: 'is larger than 262144 bytes' },
    ]);
  });

  it('bytes that are no UTF-8', async () => {
    const { containmentPath, changed } = await shippedWith('escalation.yaml');
    await writeFile(changed, Uint8Array.of(0x76, 0xff, 0xfe));
    expect(await problemsOf(loadPolicy({ containmentPath }))).toEqual([
      { file: changed, line: 0, reason: 'is not UTF-8' },
    ]);
  });

  it('a containment file that is not there, and a sibling that is a directory', async () => {
    const directory = await scratch();
    const missing = join(directory, 'incident-containment.yaml');
    expect(await problemsOf(loadPolicy({ containmentPath: missing }))).toEqual([
      { file: missing, line: 0, reason: 'there is no such file' },
    ]);
    await writeFile(missing, FOREIGN_FILE);
    await mkdir(join(directory, 'escalation.yaml'));
    expect((await problemsOf(loadPolicy({ containmentPath: missing })))[0]?.reason).toBe(
      'is not a file',
    );
  });
});

describe('checking one file', () => {
  it.each(Object.entries(POLICY_FILES))('knows %s by its name', async (part, name) => {
    expect((await checkPolicyFile(join(SHIPPED_POLICY, name))).part).toBe(part);
  });

  it.each(Object.entries(POLICY_FILES))(
    'knows %s by its members under another name',
    async (part, name) => {
      const { directory } = await shippedWith(name);
      const draft = join(directory, 'draft.yaml');
      await writeFile(draft, await readFile(join(SHIPPED_POLICY, name), 'utf8'));
      expect((await checkPolicyFile(draft)).part).toBe(part);
    },
  );

  it('checks a file against the siblings that it would run with', async () => {
    const directory = await directoryOf({
      'incident-containment.yaml': FOREIGN_FILE,
      'draft.yaml':
        'version: 1\nwindows:\n  tool_call_burst: { threshold: 5, window: 1m, escalates_to: high }\n',
    });
    await expect(checkPolicyFile(join(directory, 'draft.yaml'))).rejects.toMatchObject({
      problems: [{ file: join(directory, 'draft.yaml'), line: 3 }],
    });
  });

  it('refuses a file that is none of them', async () => {
    const directory = await directoryOf({ 'other.yaml': 'hello: world\n' });
    await expect(checkPolicyFile(join(directory, 'other.yaml'))).rejects.toThrow(/no policy file/);
  });
});
