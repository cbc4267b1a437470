import { afterAll, describe, expect, test } from 'vitest';
import type { AlertFormatName, JsonObject } from '../../../src/domain/alert.ts';
import type { Subject } from '../../../src/domain/report.ts';
import type { TriageLeaf } from '../../../src/domain/triage.ts';
import { compileTree } from '../../../src/intake/triage/compile-tree.ts';
import { endingOf } from '../../../src/intake/triage/ending.ts';
import { triageFacts, walk, type Ruled } from '../../../src/intake/triage/walk-tree.ts';
import { leavesOf, triagePolicy } from '../../support/triage-policy.ts';

const RULED: Ruled = {
  format: 'extension_runtime',
  rule: 'a_rule',
  class: 'policy_bypass_attempt',
  severity: 'high',
  subject: {},
};
const CALM = { quarantined: false, counts: {} };

const policy = await triagePolicy();

/** Where a tree ends: the class or what else becomes of the alert, its severity, its level, its playbook. */
function ended(
  name: string,
  leaf: TriageLeaf,
  path: ReturnType<typeof walk>['path'],
  ruled: Ruled,
) {
  const { mark, ...ending } = endingOf(policy, name, ruled, { leaf, path });
  if (ending.ends === 'logged') return ['logged', mark.level];
  const { playbook } = mark;
  return [ending.as.class, ending.as.severity, mark.level, ...(playbook ? [playbook] : [])];
}

function walked(name: string, alert: JsonObject, ruled: Ruled, state = CALM) {
  const tree = policy.triage.trees[name];
  if (tree === undefined) throw new Error(`no tree ${name}`);
  return walk(compileTree(tree), triageFacts(alert, ruled), state);
}

describe('the tree of the extension runtime', () => {
  const seen = new Set<TriageLeaf>();
  const quarantined = { quarantined: true, counts: {} };
  const burst = (denials: number) => ({ quarantined: false, counts: { denials } });
  const of = (category: string, more: JsonObject = {}) => {
    return { category, action: 'deny', severity: 'error', reason_codes: [], errors: [], ...more };
  };
  const investigation = 'quarantine-investigation';

  test.each<[string, JsonObject, typeof CALM, string[]]>([
    [
      'a denied capability that was used',
      of('policy_violation'),
      CALM,
      ['unauthorized_capability', 'critical', 'P0', 'unauthorized-capability'],
    ],
    [
      'a secret that was exposed',
      of('secret_exposure'),
      CALM,
      ['secret_exposure', 'critical', 'P0', 'secret-exposure'],
    ],
    [
      'a secret that the broker let through',
      of('secret_broker'),
      CALM,
      ['secret_exposure', 'critical', 'P0', 'secret-exposure'],
    ],
    [
      'code that the scanner missed',
      of('scanner_bypass'),
      CALM,
      ['scanner_bypass', 'high', 'P1', 'scanner-bypass'],
    ],
    [
      'an escape, also of what is quarantined',
      of('quarantine_escape', { action: 'allow' }),
      quarantined,
      ['quarantine_escape', 'critical', 'P0', 'quarantine-escape'],
    ],
    [
      'an extension that ended as critical',
      of('quarantine', { action: 'terminate', severity: 'critical' }),
      CALM,
      ['quarantine_investigation', 'critical', 'P0', investigation],
    ],
    [
      'a denial of one that is quarantined',
      of('policy_denial'),
      quarantined,
      ['quarantine_investigation', 'high', 'P1', investigation],
    ],
    ['two denials', of('policy_denial'), burst(2), ['logged', 'P3']],
    [
      'the third denial',
      of('policy_denial'),
      burst(3),
      ['burst_denial', 'high', 'P1', 'burst-denial'],
    ],
    [
      'a dangerous command that was denied',
      of('exec_mediation'),
      burst(1),
      ['policy_bypass_attempt', 'high', 'P1'],
    ],
    [
      'such a command as the third denial',
      of('exec_mediation'),
      burst(3),
      ['burst_denial', 'high', 'P1', 'burst-denial'],
    ],
    [
      'an escalation of enforcement',
      of('profile_transition', { action: 'harden', reason_codes: ['enforcement_escalation'] }),
      CALM,
      ['escalation_review', 'medium', 'P2', 'escalation-review'],
    ],
    [
      'a de-escalation',
      of('profile_transition', { action: 'harden', reason_codes: ['enforcement_deescalation'] }),
      CALM,
      ['logged', 'P3'],
    ],
    [
      'a rollback',
      of('rollback_trigger'),
      CALM,
      ['rollback_verification', 'high', 'P1', 'rollback-verification'],
    ],
    [
      'a ledger that calls itself corrupt',
      of('ledger_corruption'),
      CALM,
      ['ledger_corruption', 'critical', 'P0', 'ledger-corruption'],
    ],
    [
      'one broken entry of the ledger',
      of('ledger_integrity', { errors: ['entry 311: ledger_hash mismatch'] }),
      CALM,
      ['ledger_corruption', 'critical', 'P0', 'ledger-corruption'],
    ],
    [
      'a chain that was cut',
      of('ledger_integrity', { errors: ['entry 312: prev_ledger_hash mismatch'] }),
      CALM,
      ['ledger_integrity', 'critical', 'P0', 'ledger-integrity'],
    ],
    [
      'a large breach of quota',
      of('quota_breach'),
      CALM,
      ['quota_abuse', 'high', 'P1', 'quota-abuse'],
    ],
    [
      'a small breach of quota',
      of('quota_breach', { severity: 'warning' }),
      CALM,
      ['quota_abuse', 'medium', 'P2', 'quota-abuse'],
    ],
    ['anything else', of('anomaly_denial'), CALM, ['policy_bypass_attempt', 'high', 'P1']],
  ])('%s', (_, alert, state, expected) => {
    const { leaf, path } = walked('extension_runtime', alert, RULED, state);
    seen.add(leaf);
    expect(ended('extension_runtime', leaf, path, RULED)).toEqual(expected);
  });

  afterAll(() => {
    expect([...seen]).toEqual(expect.arrayContaining(leavesOf(policy, 'extension_runtime')));
    expect(seen.size).toBe(leavesOf(policy, 'extension_runtime').length);
  });
});

describe('the tree of threat actors', () => {
  const seen = new Set<TriageLeaf>();
  const ruled = (format: AlertFormatName, ofClass: string, subject: Subject = {}): Ruled => {
    return { ...RULED, format, class: ofClass, subject };
  };
  const image = 'manifest_mismatch';
  const [supply, insider] = ['supply_chain_compromise', 'malicious_insider'];

  test.each<[string, Ruled, string[]]>([
    ['what is low', { ...RULED, severity: 'low' }, ['logged', 'P3']],
    [
      'a refused peer',
      ruled('envoy', 'unauthorized_access'),
      ['external_attack', 'high', 'P1', 'external-attack'],
    ],
    [
      'a blocked way out, with the severity that was found',
      { ...ruled('hubble', 'forbidden_airlock_request'), severity: 'medium' },
      ['external_attack', 'medium', 'P2', 'external-attack'],
    ],
    [
      'an image with a hole',
      ruled('trivy', image),
      [supply, 'high', 'P1', 'supply-chain-compromise'],
    ],
    [
      'a secret in an image',
      ruled('trivy', 'unauthorized_access'),
      ['unauthorized_access', 'high', 'P1'],
    ],
    [
      'an image that was not signed, at admission',
      ruled('admission', image, { principal: 'ci' }),
      [supply, 'high', 'P1', 'supply-chain-compromise'],
    ],
    [
      'an operator who reaches for secrets',
      ruled('admission', 'unauthorized_access', { principal: 'mallory' }),
      [insider, 'high', 'P1', 'malicious-insider'],
    ],
    [
      'a denial about nobody',
      ruled('opa', 'policy_bypass_attempt'),
      ['policy_bypass_attempt', 'high', 'P1'],
    ],
    [
      'somebody in the audit trail of a cluster',
      ruled('falco', 'unauthorized_access', { principal: 'mallory' }),
      [insider, 'high', 'P1', 'malicious-insider'],
    ],
    [
      'files of a host that changed',
      ruled('falco', 'integrity_violation', { host: 'web-1' }),
      ['integrity_violation', 'high', 'P1'],
    ],
    [
      'a shell in a container',
      ruled('falcosidekick', 'unauthorized_access', { principal: 'root', container: 'c' }),
      ['compromised_agent', 'high', 'P1', 'compromised-agent'],
    ],
    [
      'a sensor of another kind',
      ruled('keylime', 'attestation_failure'),
      ['attestation_failure', 'high', 'P1'],
    ],
  ])('%s', (_, said, expected) => {
    const { leaf, path } = walked('threat_actors', {}, said);
    seen.add(leaf);
    expect(ended('threat_actors', leaf, path, said)).toEqual(expected);
  });

  afterAll(() => {
    expect(seen.size).toBe(leavesOf(policy, 'threat_actors').length);
  });
});

describe('a leaf about a class without a rule', () => {
  test('leaves the alert to its own rule', () => {
    const { leaf, path } = walked('extension_runtime', { category: 'policy_violation' }, RULED);
    const { rules } = policy.containment;
    const { unauthorized_capability: _, ...others } = rules;
    const without = { containment: { ...policy.containment, rules: others } };
    expect(endingOf(without, 'extension_runtime', RULED, { leaf, path })).toMatchObject({
      as: { class: 'policy_bypass_attempt', severity: 'high' },
      mark: { level: 'P1' },
    });
  });
});

describe('a question that cannot be decided', () => {
  test('is answered with no or else, and says why', () => {
    const { path } = walked('extension_runtime', {}, RULED);
    expect(path.map(({ question, answer }) => [question, answer])).toEqual([
      ['breach', 'else'],
      ['quarantined', 'no'],
      ['kind', 'else'],
    ]);
    expect(path[0]?.undecided).not.toBe('');
  });
});
