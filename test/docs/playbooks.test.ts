import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { playbookSchema, type Playbook } from '../../src/domain/playbook.ts';
import { readDocument } from '../../src/intake/policy-document.ts';
import { readPolicy, SHIPPED_POLICY } from '../../src/intake/policy-files.ts';
import { POLICY_FILES } from '../../src/intake/policy-source.ts';

const ROOT = join(SHIPPED_POLICY, '..');

/** What a playbook says as a whole, and is named by its member. */
const MEMBERS = ['symptoms', 'expected', 'level', 'rule', 'watch', 'resolve', 'review'];

let playbooks: Map<string, Playbook>;
beforeAll(async () => {
  const containmentPath = join(SHIPPED_POLICY, POLICY_FILES.containment);
  const { playbooks: files } = await readPolicy({ containmentPath });
  const all = Object.values(files).map(({ text }) =>
    playbookSchema.parse(readDocument(text).value),
  );
  playbooks = new Map(all.map((playbook) => [playbook.playbook, playbook]));
});

const TABLES = readFileSync(join(ROOT, 'docs/playbooks.md'), 'utf8').replace(
  /^[^]*## Where each line/,
  '',
);
/** The cells of each row, without the heads. */
const ROWS = TABLES.split('\n')
  .filter((line) => line.startsWith('|') && !/^\| (-+|line of the runbook)/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const PLACES = ROWS.flatMap(([, , where = '']) => [...where.matchAll(/`([^`]+)`/g)]).map(
  ([, name = '']) => name,
);

describe('where each line of the runbooks is', () => {
  it('is said for every line, or why it is nowhere', () => {
    const mute = ROWS.filter(([, line = '', where = '']) => line === '' || where === '');
    expect(ROWS.length).toBeGreaterThan(150);
    expect(mute).toEqual([]);
  });

  it('names only parts of playbooks, and paths, that there are', () => {
    expect(PLACES.length).toBeGreaterThan(300);
    expect([...new Set(PLACES)].filter((place) => !isThere(place))).toEqual([]);
  });

  it('leaves out no step, branch, task and check of a playbook with a rule of its own', () => {
    const named = new Set(PLACES);
    const unnamed = [...playbooks.values()]
      .filter(({ rule }) => rule !== undefined)
      .flatMap((playbook) => partsOf(playbook).map((part) => `${playbook.playbook}.${part}`))
      .filter((part) => !named.has(part) && !COMMON.test(part));
    expect(unnamed).toEqual([]);
  });
});

/** What is in many of them in the same words, and named once. */
const COMMON =
  /\.(checklist|update_defenses|open_ticket|collect_evidence|verify_evidence|replay|judge|false_positive|tune_detector|log|roll_back_policy|reset_controller|kill_all|risk_ledger_chain|extension_killed|extension_quarantined|clocks\..*)$/;

function isThere(place: string): boolean {
  if (place.includes('/')) return existsSync(join(ROOT, place));
  const [name = '', ...part] = place.split('.');
  const playbook = playbooks.get(name);
  return playbook !== undefined && [...partsOf(playbook), ...MEMBERS].includes(part.join('.'));
}

function partsOf({ steps, tasks, branches, checks, clocks }: Playbook): string[] {
  return [
    ...steps.map(({ step }) => step),
    ...tasks.map(({ task }) => task),
    ...checks.map(({ check }) => check),
    ...Object.keys(branches),
    ...Object.keys(clocks).map((clock) => `clocks.${clock}`),
  ];
}
