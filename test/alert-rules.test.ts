import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { alertRules } from '../src/alert-rules.ts';
import { PolicyError } from '../src/intake/policy-error.ts';
import { SHIPPED_POLICY } from '../src/intake/policy-files.ts';
import { cordon, scratch } from './cli/surroundings.ts';

const ROOTS = { alertRules };
const SHELL = {
  rule: 'Terminal shell in container',
  priority: 'Critical',
  output: 'A shell was started',
  time: '2026-03-14T12:00:00.123456789Z',
  hostname: 'node-1',
};
const RULES = `version: 1
format: falco
samples:
  - file: shells.ndjson
    falls_under: [shell, '']
rules:
  - name: shell
    when: alert.rule.startsWith('Terminal shell')
    class: unauthorized_access
    subject: { host: alert.hostname }
    evidence: { time: alert.time }
    cause: [alert.rule]
  - { name: metrics, when: alert.rule.startsWith('Falco internal'), class: tool_call_burst }
`;

/** An installation whose policy has these rules for Falco, and these samples beside them. */
async function policyWith(samples: Record<string, string>, rules = RULES) {
  const directory = scratch();
  await cp(SHIPPED_POLICY, directory, { recursive: true });
  const detectors = join(directory, 'detectors');
  await mkdir(join(detectors, 'samples'), { recursive: true });
  await writeFile(join(detectors, 'falco.yaml'), rules);
  for (const [name, text] of Object.entries(samples)) {
    await writeFile(join(detectors, 'samples', name), text);
  }
  const containment = join(directory, 'incident-containment.yaml');
  return {
    file: join(detectors, 'falco.yaml'),
    env: { CORDON_HOME: directory, CONTAINMENT_POLICY_PATH: containment },
  };
}

const lines = (...documents: unknown[]) => documents.map((d) => JSON.stringify(d)).join('\n');
const METRICS = { ...SHELL, rule: 'Falco internal: metrics snapshot' };

describe('cordon alerts check', () => {
  it('passes the rules that are shipped', async () => {
    const { code, out } = await cordon(['alerts', 'check'], { roots: ROOTS });
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/samples?: as named\n$/) });
  });

  it('asks no rule about what is no finding', async () => {
    const { env, file } = await policyWith({ 'shells.ndjson': lines(SHELL, METRICS) });
    const { code, out } = await cordon(['alerts', 'check', file], { roots: ROOTS, env });
    expect({ code, out }).toEqual({ code: 0, out: '2 alerts in 1 sample: as named\n' });
  });

  it('lists every alert that falls under another rule, and exits 1', async () => {
    const { env } = await policyWith({ 'shells.ndjson': lines(METRICS, SHELL, SHELL) });
    const { code, out, err } = await cordon(['alerts', 'check'], { roots: ROOTS, env });
    expect(code).toBe(1);
    expect(err).toContain('[samples_differ]');
    const rows = out.split('\n').map((row) => row.split(/ {2,}/));
    expect(rows).toContainEqual(['falco: shells.ndjson', '0', 'shell', 'no rule', METRICS.rule]);
    expect(rows).toContainEqual(['falco: shells.ndjson', '1', 'no rule', 'shell', SHELL.rule]);
    expect(rows).toContainEqual(['falco: shells.ndjson', '2', 'no alert', 'shell', SHELL.rule]);
  });

  it.each([
    ['is not there', {}, 'nothing that can be read'],
    ['has an alert less', { 'shells.ndjson': lines(SHELL) }, 'no alert'],
    ['is in no format', { 'shells.ndjson': lines(SHELL, { a: 1 }) }, 'no format'],
    ['is no JSON', { 'shells.ndjson': `${lines(SHELL, METRICS)}\n{` }, expect.stringMatching(/./)],
  ])('finds a sample that %s', async (_, samples, found) => {
    const { env, file } = await policyWith(samples);
    const { deviations } = await alertRules.check(env, file);
    expect(deviations).toContainEqual(expect.objectContaining({ sample: 'shells.ndjson', found }));
  });

  it('tries nothing by rules that are not valid', async () => {
    const { env, file } = await policyWith({}, RULES.replace('startsWith', 'startswith'));
    await expect(alertRules.check(env, file)).rejects.toBeInstanceOf(PolicyError);
    const { code, err } = await cordon(['alerts', 'check'], { roots: ROOTS, env });
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/falco\.yaml:8: rules\[0\]/),
    });
  });

  it('prints what it found under --json', async () => {
    const { env } = await policyWith({ 'shells.ndjson': lines(SHELL, METRICS) });
    const { out } = await cordon(['alerts', 'check', '--json'], { roots: ROOTS, env });
    expect(JSON.parse(out)).toMatchObject({ deviations: [] });
  });
});

describe('cordon alerts explain', () => {
  async function explain(input: string, ...flags: string[]) {
    const { env } = await policyWith({});
    return cordon(['alerts', 'explain', '-', ...flags], { roots: ROOTS, env, input });
  }

  it('says what an alert becomes, by which rule, and what the other rules said', async () => {
    const { code, out } = await explain(lines(SHELL));
    expect(code).toBe(0);
    for (const said of [
      /^falco, 1 alert$/m,
      /^Terminal shell in container {2}finding {2}2026-03-14 12:00:00Z$/m,
      /identity +[0-9a-f]{64}$/m,
      /becomes +unauthorized_access$/m,
      /severity +critical$/m,
      /by rule +shell$/m,
      /about +host node-1$/m,
      /description +Terminal shell in container$/m,
      /cause +"Terminal shell in container"$/m,
      /evidence +time "2026-03-14T12:00:00\.123456789Z"$/m,
      /shell +matches +its condition is true$/m,
      /metrics +not reached +shell has decided$/m,
    ]) {
      expect(out).toMatch(said);
    }
  });

  it('says the same to a program, each document by itself', async () => {
    const { out } = await explain(lines(SHELL, { ...SHELL, rule: 'Other' }), '--json');
    const mapping = { class: 'unauthorized_access', severity: 'critical', rule: 'shell' };
    expect(JSON.parse(out)).toMatchObject({
      documents: [
        { format: 'falco', alerts: [{ kind: 'finding', becomes: mapping }] },
        { format: 'falco', alerts: [{ becomes: null, considered: [{}, {}] }] },
      ],
      refused: [],
    });
  });

  it('names one alert alike however often it is sent, and two differently', async () => {
    const { out } = await explain(lines(SHELL, SHELL, { ...SHELL, hostname: 'node-2' }), '--json');
    const { documents } = JSON.parse(out) as { documents: { alerts: { identity: string }[] }[] };
    const identities = documents.flatMap(({ alerts }) => alerts.map(({ identity }) => identity));
    expect(identities).toHaveLength(3);
    expect(new Set(identities).size).toBe(2);
  });

  it('says that the detector speaks of itself, and asks no rule', async () => {
    const { out } = await explain(lines(METRICS));
    expect(out).toMatch(/becomes +nothing: it is of the kind health$/m);
    expect(out).not.toContain('considered');
  });

  it('names the formats that were tried, and exits 1', async () => {
    const { code, out, err } = await explain('{"hello":"world"}');
    expect(code).toBe(1);
    expect(out).toMatch(/^unknown format: it is none of .*falco/);
    expect(err).toContain('[not_readable]');
  });

  it('says which parts and lines are refused', async () => {
    const { code, out } = await explain(
      `${lines(SHELL)}\n[${lines(SHELL)}, {"a": 1}]\n{"a":1,"a":2}`,
    );
    expect(code).toBe(1);
    expect(out).toMatch(/^Part 1 is refused: it has no rule/m);
    expect(out).toMatch(/^Document 2 is refused: the name "a" is there twice$/m);
  });

  it('goes by the format that is named', async () => {
    const { code, out } = await explain('{"hello":"world"}', '--format', 'falco');
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^Part 0 is refused/m) });
    expect(await explain('{}', '--format', 'extension-runtime-2')).toMatchObject({
      code: 2,
      out: '',
    });
  });

  it('reads a file, and refuses one that is not there or is not UTF-8', async () => {
    const { env } = await policyWith({});
    const file = join(scratch(), 'alerts.json');
    await writeFile(file, lines(SHELL));
    const explained = await cordon(['alerts', 'explain', file], { roots: ROOTS, env });
    expect(explained).toMatchObject({ code: 0, out: expect.stringContaining('by rule') });
    await writeFile(file, Buffer.from([0x1f, 0x8b, 0x08]));
    const compressed = await cordon(['alerts', 'explain', file], { roots: ROOTS, env });
    expect(compressed).toMatchObject({ code: 2, err: expect.stringContaining('[not_utf8]') });
    const missing = await cordon(['alerts', 'explain', `${file}.gz`], { roots: ROOTS, env });
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('[not_readable]') });
  });

  it('shows what an attacker wrote without letting it act on the terminal', async () => {
    const { out } = await explain(lines({ ...SHELL, hostname: '\u001b[2Jx\nfalse line' }));
    expect(out).not.toContain('\u001b');
    expect(out).not.toMatch(/^false line/m);
  });
});
