import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { incidentBundleSchema } from '../../src/domain/incident-bundle.ts';
import { canonicalLine } from '../../src/evidence/canonical.ts';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const ID = 'INC-20260314-120000-00000000';

async function withIncident() {
  const { url, seen } = await tinyCordon();
  await cordon(['report', 'tool_call_burst', 'said ada', '--subject', 'host=h1', '--url', url]);
  const file = join(scratch(), 'bundle.json');
  const exporting = (...more: string[]) =>
    cordon(['export', ID, '-o', file, '--url', url, ...more]);
  return { url, seen, file, exporting };
}

describe('cordon export ID', () => {
  it('asks for what the options say', async () => {
    const { seen, exporting } = await withIncident();
    const scope = ['--from', '2026-01-02T04:04:05+01:00', '--to', '2026-01-03T00:00:00Z'];
    const about = ['--subject', 'host=h1', '--subject', 'agent=a&b'];
    const what = ['--category', 'tool_call_burst', '--min-severity', 'low', '--redact', 'full'];
    expect(await exporting(...scope, ...about, ...what)).toMatchObject({ code: 0 });
    const { pathname, searchParams } = new URL(seen.at(-1)?.path ?? '', 'http://tiny');
    expect(pathname).toBe(`/api/v1/incidents/${ID}/bundle`);
    expect([...searchParams]).toEqual([
      ['from', '2026-01-02T04:04:05+01:00'],
      ['to', '2026-01-03T00:00:00Z'],
      ['subject', 'host=h1'],
      ['subject', 'agent=a&b'],
      ['category', 'tool_call_burst'],
      ['min_severity', 'low'],
      ['redact', 'full'],
    ]);
  });

  it('writes the bundle of the incident', async () => {
    const { file, exporting } = await withIncident();
    await exporting('--redact', 'full');
    const bundle = incidentBundleSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(bundle.incidents).toMatchObject([{ id: ID, description: '[removed]' }]);
    expect((await cordon(['bundle', 'verify', file])).out).toMatch(
      /schema_version, summary_counts, no_leak_markers/,
    );
  });

  it.each([
    [['export', '--redact', 'full']],
    [['export', '--from', '2026-01-02T03:04:05Z']],
    [['export', '--bag', '/nonexistent/bag']],
    [['export', ID, '--from', 'yesterday']],
    [['export', ID, '--redact', 'some']],
    [['export', ID, '--subject', 'h1']],
    [['export', ID, '--min-severity', 'awful']],
    [['export', ID, '--bag', '/nonexistent/bag', '-o', 'x']],
  ])('is a mistake in usage as %j', async (argv) => {
    const { url, seen } = await withIncident();
    const before = seen.length;
    expect(await cordon([...argv, '--url', url])).toMatchObject({ code: 2 });
    expect(seen.length).toBe(before);
  });
});

describe('cordon bundle replay', () => {
  it('tells who decided what, and that the record agrees', async () => {
    const { file, exporting } = await withIncident();
    await exporting();
    const { code, out } = await cordon(['bundle', 'replay', file]);
    expect(code).toBe(0);
    expect(out).toMatch(/reported +by \S+ +→ open +tool_call_burst, .*said ada/);
    expect(out).toMatch(/contained +by cordon +→ contained +every action/);
    expect(out).toMatch(new RegExp(`${ID}: its record is what the entries lead to\n$`));
  });

  it('tells it of a whole export as well', async () => {
    const { url, file } = await withIncident();
    await cordon(['export', '-o', file, '--url', url]);
    const { code, out } = await cordon(['bundle', 'replay', file, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ valid: true, incidents: [{ record: 'same' }] });
  });

  it('tells nothing of a bundle that does not verify', async () => {
    const { file, exporting } = await withIncident();
    await exporting();
    const bundle = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, canonicalLine({ ...bundle, exported_by: 'mallory' }));
    const { code, out } = await cordon(['bundle', 'replay', file]);
    expect({ code, out }).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^covered_mismatch/),
    });
  });
});
