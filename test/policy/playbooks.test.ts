import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { planFor } from '../../src/domain/plan-for.ts';
import { planSchema } from '../../src/domain/plan.ts';
import { playbookSchema, type Level, type Playbook } from '../../src/domain/playbook.ts';
import { parsePolicy } from '../../src/intake/policy-parse.ts';
import { playbookStandings } from '../../src/intake/playbook-standing.ts';
import { readDocument } from '../../src/intake/policy-document.ts';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { problemsInPlaybooks } from '../../src/intake/policy-playbooks.ts';
import { POLICY_FILES, type PolicySource } from '../../src/intake/policy-source.ts';
import { cordon } from '../cli/surroundings.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** By when somebody responds. */
const RESPONSE: Record<Level, number> = { P0: HOUR, P1: 4 * HOUR, P2: 14 * DAY, P3: 28 * DAY };

/** What the policy answers without a playbook's rule. */
const OLDER = [
  ...['attestation_failure', 'integrity_violation', 'unauthorized_access', 'manifest_mismatch'],
  ...['policy_bypass_attempt', 'prompt_injection', 'tool_call_burst', 'model_behavior_anomaly'],
  ...['forbidden_airlock_request', 'evidence_violation', 'detector_failure'],
];

const RUNBOOKS = [
  ...['compromised_agent', 'malicious_insider', 'supply_chain_compromise', 'external_attack'],
  ...['unauthorized_capability', 'secret_exposure', 'ledger_integrity', 'scanner_bypass'],
  ...['quarantine_escape', 'quota_abuse', 'quarantine_investigation', 'burst_denial'],
  ...['escalation_review', 'rollback_verification', 'ledger_corruption'],
];

let source: PolicySource;
let playbooks: Playbook[];
beforeAll(async () => {
  source = await readPolicy({ containmentPath: join(SHIPPED_POLICY, POLICY_FILES.containment) });
  playbooks = Object.values(source.playbooks).map(({ text }) =>
    playbookSchema.parse(readDocument(text).value),
  );
});

/** Those that have a rule of their own for their class. */
const ruled = () => playbooks.filter(({ rule }) => rule !== undefined);

describe('the playbooks that come with Cordon', () => {
  it('say nothing that contradicts itself', () => {
    expect(problemsInPlaybooks(source)).toEqual([]);
  });

  it('serve every class, those of the runbooks with a rule of their own', () => {
    const served = (some: Playbook[]) => some.flatMap(({ serves }) => serves).toSorted();
    expect(served(ruled())).toEqual(RUNBOOKS.toSorted());
    expect(served(playbooks)).toEqual([...OLDER, ...RUNBOOKS].toSorted());
  });

  it('are in force', () => {
    const idle = playbookStandings(source).filter(({ problems }) => problems.length > 0);
    expect(idle.flatMap(({ problems }) => problems)).toEqual([]);
  });

  it('are advice to the older classes, which nothing waits for', () => {
    const older = playbooks.filter(({ rule }) => rule === undefined);
    for (const { steps, tasks, checks, clocks, resolve, review, watch } of older) {
      expect(tasks.filter(({ required }) => required)).toEqual([]);
      expect({ steps, checks, clocks, watch }).toEqual({
        steps: [],
        checks: [],
        clocks: {},
        watch: 0,
      });
      expect([resolve.persons, review.signed]).toEqual([1, false]);
    }
  });

  it('have an incident of their class reviewed, and its evidence kept', () => {
    const policy = parsePolicy(source);
    const running = Object.values(policy.playbooks).filter(({ rule }) => rule !== undefined);
    for (const { serves, playbook } of running) {
      const plan = planFor(policy, { class: serves[0] ?? '', subject: {} });
      expect([playbook, plan.review, plan.capture.targets.length > 0]).toEqual([
        playbook,
        true,
        true,
      ]);
      expect(planSchema.parse(plan)).toEqual(plan);
    }
  });

  it('have somebody respond in the time of their level', () => {
    const late = ruled().filter(
      ({ level, clocks }) => (clocks.respond ?? Infinity) > RESPONSE[level],
    );
    expect(late.map(({ playbook }) => playbook)).toEqual([]);
  });

  it('give no task longer than the clock of its phase', () => {
    const late = ruled().flatMap(({ playbook, tasks, clocks }) =>
      tasks
        .filter(({ phase, due }) => due > (Object.entries(clocks).find(isOf(phase))?.[1] ?? DAY))
        .filter(({ branch }) => branch === undefined)
        .map(({ task }) => `${playbook}.${task}`),
    );
    expect(late).toEqual([]);
  });

  it('have two persons resolve what is latched and critical, and approve what stops everything', () => {
    const alone = ruled().flatMap(({ playbook, rule, resolve, steps }) => [
      ...(rule?.latched && rule.default_severity === 'critical' && resolve.persons < 2
        ? [playbook]
        : []),
      ...steps
        .filter(({ action }) => action === 'kill_all_extensions')
        .filter(({ approval }) => approval?.persons !== 2)
        .map(({ step }) => `${playbook}.${step}`),
    ]);
    expect(alone).toEqual([]);
  });

  it('close no incident before the whole list was gone through', () => {
    const without = ruled().filter(
      ({ tasks }) => !tasks.some(({ task, phase }) => task === 'checklist' && phase === 'review'),
    );
    expect(without.map(({ playbook }) => playbook)).toEqual([]);
  });

  it('name only commands that `cordon` has', async () => {
    const named = new Set(playbooks.flatMap(({ tasks }) => tasks.flatMap(commandsIn)));
    expect(named.size).toBeGreaterThan(3);
    const unknown = [];
    for (const words of named) if (!(await isCommand(words.split(' ')))) unknown.push(words);
    expect(unknown).toEqual([]);
  });
});

const isOf =
  (phase: string) =>
  ([clock]: [string, unknown]) =>
    clock === phase;

/** The words of each that are names of commands, and no operands. */
function commandsIn({ guidance = '' }: { guidance?: string | undefined }): string[] {
  return [...guidance.matchAll(/`cordon ((?:[a-z-]+ ?)+)(?=[ `])/g)].map(([, words = '']) =>
    words.trim(),
  );
}

async function isCommand(words: readonly string[]): Promise<boolean> {
  const { code, out } = await cordon([...words, '--help']);
  return code === 0 && !/^Usage: .*\[command\]$/m.test(out);
}
