import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createBaselineChecks,
  type BaselineDeps,
} from '../../../src/adapters/baseline/baseline-checks.ts';
import type { CheckedIncident } from '../../../src/domain/baseline-check.ts';
import { baselinePolicySchema } from '../../../src/domain/baseline-policy.ts';
import { targetsPolicySchema } from '../../../src/domain/targets.ts';

export const AT = Date.parse('2026-03-14T12:00:00.000Z');

/** An installation with one target, `site`, that answers as the test says, and checks of a test's own. */
export async function stateWith(more: Partial<BaselineDeps> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'b-'));
  const asked: string[] = [];
  /** What the target answers, by path: a status and a body; nothing at all where there is none. */
  const answers: Record<string, [status: number, body: string]> = {};
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const answer = answers[(request.url ?? '').split('?')[0] ?? ''];
    if (answer) response.writeHead(answer[0]).end(answer[1]);
  });
  await new Promise<void>((resolve) => server.listen(join(home, 'site.sock'), resolve));
  let checks = {};
  const targets = targetsPolicySchema.parse({
    version: 1,
    targets: {
      site: { unix: 'site.sock', status: '/' },
      nobody: { unix: 'nobody.sock', status: '/' },
    },
    actions: {},
  });
  const policy = () => ({ targets, baseline: baselinePolicySchema.parse({ version: 1, checks }) });
  const baseline = createBaselineChecks({ policy, home, now: () => AT, ...more });
  return {
    home,
    asked,
    answers,
    set: (given: Record<string, object>) => {
      checks = given;
    },
    run: baseline.run,
    /** The verdict and the detail of one check, which is all there is. */
    find: async (check: object, about: Partial<CheckedIncident> = {}) => {
      checks = { it: { title: 'It', ...check } };
      const [result] = await baseline.run(['it'], aboutOf(about));
      return `${result?.verdict}: ${result?.detail}`;
    },
    stop: async () => {
      server.closeAllConnections();
      await baseline.close();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      rmSync(home, { recursive: true });
    },
  };
}
export type State = Awaited<ReturnType<typeof stateWith>>;

export function aboutOf(over: Partial<CheckedIncident> = {}): CheckedIncident {
  return {
    incident_id: 'INC-20260314-110000-0000abcd',
    class: 'compromised_agent',
    subject: {},
    contained_at: '2026-03-14T11:00:00.000Z',
    ...over,
  };
}
