import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decisions, ledgerOf } from '../evidence/risk-ledger/ledgers.ts';
import { cordon, scratch } from './surroundings.ts';

const whole = decisions(6);
const damaged = whole.with(2, { ...whole[2]!, risk_score: 0.99 });

function fileOf(document: unknown): string {
  const file = join(scratch(), 'artifact.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  return file;
}

const check = (document: unknown, ...argv: string[]) =>
  cordon(['evidence', 'risk-ledger', fileOf(document), ...argv]);

describe('cordon evidence risk-ledger', () => {
  it('replays a ledger that holds, and counts what was captured beside it', async () => {
    const alerts = { schema: 'pi.ext.security_alert.v1', alerts: [{ extension_id: 'maps' }] };
    const { code, out, err } = await check(ledgerOf(whole), fileOf(alerts));
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(8);
    expect(lines[0]).toBe('2026-02-03 04:00:00Z  maps           exec.do  0.000  allow      safe');
    expect(lines[6]).toContain('ledger entries 6, alerts 1,');
    expect(lines[7]).toMatch(/^intact: /);
  });

  it.each([
    ['corruption', ledgerOf(damaged), 2, 'hash: entry 2 does not match its hash'],
    ['tampering', ledgerOf(whole.toSpliced(2, 1)), 2, 'missing: entry 2 comes where 1 before it'],
  ])(
    'calls it %s, names the entry and replays what is before it',
    async (verdict, ledger, n, said) => {
      const { code, out, err } = await check(ledger);
      expect(code).toBe(1);
      expect(out).toContain(`\n${verdict}: `);
      expect(out).toContain(said);
      expect(out).toContain(`not to be believed: entries from ${n} on`);
      expect(out.match(/^2026-/gm)).toHaveLength(n);
      expect(err).toContain('The ledger is not as it was written');
    },
  );

  it('finds by a head from before what was cut off and covered up', async () => {
    const cut = ledgerOf(whole.slice(0, 4));
    expect((await check(cut)).code).toBe(0);
    const { code, out } = await check(cut, '--head', whole[5]?.ledger_hash ?? '');
    expect(code).toBe(1);
    expect(out).toContain('is not in it any more');
    expect((await check(cut, '--head', whole[3]?.ledger_hash ?? '')).code).toBe(0);
    expect((await check(cut, '--head', 'x')).code).toBe(2);
  });

  it('tells a program everything', async () => {
    const { out } = await cordon(['--json', 'evidence', 'risk-ledger', fileOf(ledgerOf(damaged))]);
    expect(JSON.parse(out)).toMatchObject({
      verdict: 'corruption',
      report: { valid: false, first_invalid_index: 2, errors: [{ index: 2, problem: 'hash' }] },
      replay: { steps: [{ index: 0 }, { index: 1 }], untrusted: { from_index: 2, count: 4 } },
      summary: { ledger_entry_count: 6, ledger_chain_intact: false },
    });
  });

  it('reads from standard input', async () => {
    const given = { input: JSON.stringify(ledgerOf(whole)) };
    expect((await cordon(['evidence', 'risk-ledger', '-'], given)).code).toBe(0);
  });

  it.each([
    ['no JSON', '{', 1],
    ['a name that is there twice', '{"schema":"a","schema":"b"}', 1],
    ['another document', '{"schema":"x"}', 1],
  ])('refuses %s', async (_what, text, code) => {
    expect((await check(text)).code).toBe(code);
  });

  it('moves no cursor by what the ledger says', async () => {
    const [first] = decisions(1);
    const { out } = await check(ledgerOf([{ ...first!, extension_id: '\u001b[2J' }, null]));
    expect(out).not.toContain('\u001b');
  });
});
