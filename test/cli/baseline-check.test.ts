import { describe, expect, it } from 'vitest';
import type { CheckResult } from '../../src/domain/baseline-check.ts';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const INCIDENT = 'INC-20260314-120000-0000abcd';
const result = (check: string, verdict: CheckResult['verdict'], detail: string) => ({
  ...{ check, verdict, detail },
  at: '2026-03-14T12:00:00.000Z',
});
const IMAGES = result('agent_images', 'pass', '3 images are signed by cosign.pub');
const STATE = result('shared_state', 'unknown', 'nobody answers');

async function answering(verdict: string, results: object[], ...argv: string[]) {
  const server = await tinyCordon();
  server.answerWith(200, { incident_id: '', verdict, results });
  const ran = await cordon(['baseline', 'check', ...argv, '--url', server.url]);
  return { ...ran, body: server.seen[0]?.body };
}

describe('cordon baseline check', () => {
  it('asks for every check, and exits 0 where all pass', async () => {
    const { code, out, err, body } = await answering('pass', [IMAGES]);
    expect({ code, err, body }).toEqual({ code: 0, err: '', body: {} });
    expect(out).toBe(
      'CHECK         VERDICT  WHAT WAS COMPARED\n' +
        'agent_images  pass     3 images are signed by cosign.pub\n',
    );
  });

  it('asks for those that are named, about an incident', async () => {
    const { body } = await answering(
      'pass',
      [IMAGES],
      'agent_images',
      'opa',
      '--incident',
      INCIDENT,
    );
    expect(body).toEqual({ incident_id: INCIDENT, checks: ['agent_images', 'opa'] });
  });

  it.each([
    ['unknown', [IMAGES, STATE], /1 check did not pass \[baseline_not_met\]/],
    ['fail', [{ ...IMAGES, verdict: 'fail' }, STATE], /2 checks did not pass/],
  ])('exits 1 where it comes to %s, below the table', async (verdict, results, sentence) => {
    const { code, out, err } = await answering(verdict, results);
    expect(code).toBe(1);
    expect(out).toContain('nobody answers');
    expect(err).toMatch(sentence);
  });

  it('is no pass where the policy has no checks', async () => {
    const { code, out } = await answering('unknown', []);
    expect({ code, out }).toEqual({
      code: 1,
      out: 'The policy has no checks: see policy/baseline.yaml.\n',
    });
  });

  it.each([[['check', 'Not-A-Name']], [['check', '--incident', 'yesterday']]])(
    '%j is a mistake in usage, and is never sent',
    async (argv) => {
      expect(await cordon(['baseline', ...argv])).toMatchObject({ code: 2, out: '' });
    },
  );
});
