import { CHECK_VERDICTS } from '../domain/baseline-check.ts';
import { clockSchema } from '../domain/clock.ts';
import { REACHES } from '../domain/inventory.ts';
import { LEVELS, PHASES, PLAYBOOK_CLOCKS } from '../domain/playbook.ts';
import { DECISIONS, STEP_STATES, TASK_STATES } from '../domain/playbook-progress.ts';
import { ROLES } from '../domain/principal.ts';
import { AT, BINDING, POLICY_NAME, REF, SUBJECT, WAY } from './redaction-parts.ts';
import {
  COUNT,
  digest,
  EVIDENCE,
  keep,
  keepOneOf,
  list,
  members,
  NAMED,
  TEXT,
  YES_NO,
  type Members,
} from './redaction-rule.ts';

/** What an incident runs of its playbook, and how far it has come, in the form of rules. */
const ROLE = keepOneOf(ROLES);

const TEMPLATE = members({ ...WAY, scope: list(POLICY_NAME), unnamed_host: NAMED });

const STEP = members({
  step: POLICY_NAME,
  template: TEMPLATE,
  each: keepOneOf(REACHES),
  after: list(POLICY_NAME),
  branch: POLICY_NAME,
  approval: members({
    roles: list(ROLE),
    persons: COUNT,
    within_ms: COUNT,
    on_demand: YES_NO,
  }),
});

const TASK = members({
  task: POLICY_NAME,
  phase: keepOneOf(PHASES),
  title: TEXT,
  guidance: TEXT,
  role: ROLE,
  due_ms: COUNT,
  required: YES_NO,
  // By names that the playbook gives.
  result: EVIDENCE,
  evidence: COUNT,
  after: list(POLICY_NAME),
  branch: POLICY_NAME,
});

export const PLAYBOOK_PLAN = members({
  playbook: POLICY_NAME,
  title: TEXT,
  digest: digest('context_hash'),
  level: keepOneOf(LEVELS),
  steps: list(STEP),
  branches: EVIDENCE,
  tasks: list(TASK),
  checks: list(members({ check: POLICY_NAME, branch: POLICY_NAME })),
  resolve: members({ persons: COUNT, within_ms: COUNT }),
  watch_ms: COUNT,
  clocks: members(Object.fromEntries(PLAYBOOK_CLOCKS.map((clock) => [clock, COUNT]))),
  review: members({ signed: YES_NO, asks: list(TEXT) }),
});

export const CLOCK = keep(clockSchema);
export const SCOPE: Members = {
  inventory: digest('evidence'),
  reaches: members(Object.fromEntries(REACHES.map((reach) => [reach, list(SUBJECT)]))),
  left_out: members(Object.fromEntries(REACHES.map((reach) => [reach, COUNT]))),
};
export const CHECKS = list(
  members({ check: POLICY_NAME, verdict: keepOneOf(CHECK_VERDICTS), detail: TEXT, at: AT }),
);
export const VERDICT = keepOneOf(DECISIONS);
export const DISMISSAL = members({ reason: TEXT, tune: TEXT });

export const PLAYBOOK_PROGRESS = members({
  plan: PLAYBOOK_PLAN,
  tasks: list(
    members({
      task: POLICY_NAME,
      state: keepOneOf(TASK_STATES),
      assigned_to: NAMED,
      assigned_at: AT,
      done_at: AT,
      done_by: NAMED,
      result: EVIDENCE,
      evidence: list(members(REF)),
    }),
  ),
  steps: list(
    members({
      step: POLICY_NAME,
      state: keepOneOf(STEP_STATES),
      at: AT,
      actions: list(POLICY_NAME),
    }),
  ),
  decisions: list(
    members({ step: POLICY_NAME, by: NAMED, at: AT, verdict: VERDICT, binding: BINDING }),
  ),
  scope: members(SCOPE),
  scope_problem: TEXT,
  checks: CHECKS,
  review: members({ by: NAMED, at: AT, document: members(REF) }),
  watched_until: AT,
  watch_over_at: AT,
});
