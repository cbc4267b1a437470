import { describe, expect, it } from 'vitest';
import { cordon } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const ID = 'INC-20260314-120000-00000000';
const ESCAPE = '\u001b';

async function withIncident() {
  const server = await tinyCordon();
  const about = ['--subject', 'host=h1', '--evidence', 'path=/etc/passwd'];
  await cordon(['report', 'integrity_violation', 'a file changed', ...about, '--url', server.url]);
  return server;
}

describe('human output', () => {
  it('has no colour when piped, nor on a terminal with NO_COLOR', async () => {
    const { url } = await withIncident();
    const argv = ['show', ID, '--url', url];
    const [piped, quiet, colourful] = await Promise.all([
      cordon(argv),
      cordon(argv, { terminal: true, env: { NO_COLOR: '1' } }),
      cordon(argv, { terminal: true }),
    ]);
    expect(piped.out).not.toContain(ESCAPE);
    expect(quiet.out).toBe(piped.out);
    expect(colourful.out).toContain(`${ESCAPE}[31mcritical`);
  });

  it('aligns its columns', async () => {
    const { url } = await withIncident();
    await cordon(['report', 'tool_call_burst', 'many calls', '--url', url]);
    const { out } = await cordon(['incidents', '--url', url]);
    const [head = '', ...rows] = out.trimEnd().split('\n');
    const columns = ['SEVERITY', 'STATE', 'CLASS', 'REPORTED', 'AWAITS'];
    for (const at of columns.map((name) => head.indexOf(name))) {
      for (const row of rows) expect(row.slice(at - 2, at + 1)).toMatch(/^ {2}\S/);
    }
  });

  it('shows what an attacker wrote without letting it act on the terminal', async () => {
    const { url } = await tinyCordon();
    const hostile = `innocent${ESCAPE}[2J\u202egnp.exe\u009b31m\nfake line`;
    await cordon(['report', 'prompt_injection', hostile, '--url', url]);
    for (const flags of [[], ['--json']]) {
      const { out } = await cordon(['show', ID, ...flags, '--url', url]);
      for (const control of [ESCAPE, '\u202e', '\u009b']) expect(out).not.toContain(control);
      expect(out).not.toMatch(/^fake line/m);
    }
  });
});

describe('cordon show', () => {
  it('says on one screen what the incident is, awaits and went through', async () => {
    const { url } = await withIncident();
    const { out } = await cordon(['show', ID, '--url', url]);
    expect(out).toContain(`${ID}  critical  contained  integrity_violation`);
    expect(out).toContain(
      `Awaits acknowledgement from a person who has reviewed it: cordon ack ${ID}`,
    );
    expect(out).toMatch(/About +host h1/);
    expect(out).toMatch(/contained +freeze_agent +on agent/);
    expect(out).toMatch(/acknowledge +\d+ m \d+ s left/);
    expect(out).toMatch(/Timeline\n.* reported /);
    expect(out.split('\n').length).toBeLessThan(40);
  });

  it('says when nothing is awaited any more', async () => {
    const { url } = await tinyCordon();
    await cordon(['drill', 'attestation_failure', '--url', url]);
    const { out } = await cordon(['show', ID, '--url', url]);
    expect(out).toContain('Nothing is awaited.');
    expect(out).toMatch(/Closed +\d{4}-.* by admin/);
    expect(out).toMatch(/bundle +[0-9a-f]{16} +\d+ bytes/);
  });
});

describe('--json', () => {
  it.each([
    ['incidents'],
    ['show', ID],
    ['stats'],
    ['ack', ID],
    ['export'],
    ['policy', 'reload'],
    ['report', 'tool_call_burst', 'many calls'],
  ])('makes `cordon %s …` print exactly one document', async (...argv) => {
    const { url } = await withIncident();
    const { code, out } = await cordon([...argv, '--json', '--url', url]);
    expect(code).toBe(0);
    expect(() => JSON.parse(out)).not.toThrow();
  });

  it('may stand before the command as well', async () => {
    const { url } = await withIncident();
    const { out } = await cordon(['--json', '--url', url, 'incidents']);
    expect(JSON.parse(out)).toMatchObject([{ id: ID }]);
  });
});
