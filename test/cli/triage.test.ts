import { describe, expect, it } from 'vitest';
import { alertRules } from '../../src/alert-rules.ts';
import { cordon } from './surroundings.ts';

const ROOTS = { alertRules };
const DENIAL = {
  ...{ extension_id: 'weather-tools', category: 'policy_denial', severity: 'error' },
  ...{ action: 'deny', summary: 'exec denied', ts_ms: 1_770_091_205_000 },
};
const LATER = { ...DENIAL, summary: 'env denied', ts_ms: DENIAL.ts_ms + 59_000 };
const SHELL = {
  ...{ rule: 'Terminal shell in container', priority: 'Critical', output: 'A shell was started' },
  ...{ time: '2026-03-14T12:00:00.123456789Z', hostname: 'node-1' },
};

const triage = (documents: unknown[], ...flags: string[]) =>
  cordon(['triage', '-', ...flags], {
    roots: ROOTS,
    input: documents.map((document) => JSON.stringify(document)).join('\n'),
  });

describe('cordon triage', () => {
  it('says which questions were asked about an alert, how they were answered, and where they led', async () => {
    const { code, out } = await triage([[DENIAL, LATER]]);
    expect(code).toBe(0);
    for (const said of [
      /^exec denied {2}2026-02-03 04:00:05Z$/m,
      /^ +quarantined\? +no$/m,
      /^ +kind\? +policy_denial$/m,
      /^ +burst\? +no$/m,
      /^ +counted +2 denials together, 3 are many$/m,
      /^ +logged, P3 by extension_runtime: a single denial/m,
    ]) {
      expect(out).toMatch(said);
    }
  });

  it.each([
    [
      'those that came with it are many',
      [[DENIAL, LATER, { ...DENIAL, ts_ms: 1_770_091_206_000 }]],
      [],
    ],
    ['others are supposed to have come', [DENIAL], ['--count', '3']],
  ])('finds a burst where %s', async (_, documents, flags) => {
    const { out } = await triage(documents, ...flags, '--json');
    const [alert] = JSON.parse(out).documents[0].alerts;
    expect(alert.triage).toMatchObject({ level: 'P1', counts: [{ counted: 3, many: 3 }] });
    expect(alert.triage.path.at(-1)).toMatchObject({ question: 'burst', answer: 'yes' });
  });

  it('supposes that the subject is quarantined, and asks any tree that it is told to', async () => {
    const { out } = await triage([DENIAL], '--quarantined');
    expect(out).toMatch(/^ +quarantined\? +yes$/m);
    const asked = await triage([SHELL], '--tree', 'threat_actors');
    expect(asked.out).toMatch(/^ +sensor\? +host$/m);
    const unasked = await triage([SHELL]);
    expect(unasked.out).toMatch(/^ +unauthorized_access, critical: its rule, \w+, names no tree$/m);
  });

  it('counts alerts that do not say when as of the time that it is told', async () => {
    const { ts_ms: _, ...timeless } = DENIAL;
    const alerts = [[timeless, { ...timeless, summary: 'again' }, DENIAL]];
    const counted = async (...flags: string[]) => {
      const { out } = await triage(alerts, ...flags, '--json');
      return JSON.parse(out).documents[0].alerts[0].triage.counts[0].counted;
    };
    expect(await counted()).toBe(2);
    expect(await counted('--at', '2026-02-03T04:00:30Z')).toBe(3);
  });

  it('fails where not all of it can be read', async () => {
    const { code, out } = await triage([{ a: 1 }]);
    expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(/^unknown format/) });
  });
});

describe('cordon alerts explain', () => {
  it('says in a line where the tree of an alert led', async () => {
    const input = JSON.stringify(DENIAL);
    const { out } = await cordon(['alerts', 'explain', '-'], { roots: ROOTS, input });
    expect(out).toMatch(/^ +triage +logged, P3 by extension_runtime: a single denial/m);
  });
});
