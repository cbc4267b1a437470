import { describe, expect, it } from 'vitest';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

describe.each(LEDGER_KINDS)('what was before a step on $name', (kind) => {
  it('is what was kept first, until the step is undone', async () => {
    const { befores } = await freshLedger(kind);
    expect(await befores.of('revoke_svid@spire#a')).toBeNull();
    expect(await befores.keep('revoke_svid@spire#a', 'first')).toBe('first');
    expect(await befores.keep('revoke_svid@spire#a', 'second')).toBe('first');
    expect(await befores.keep('revoke_svid@spire#b', 'another')).toBe('another');
    expect(await befores.of('revoke_svid@spire#a')).toBe('first');
    await befores.forget('revoke_svid@spire#a');
    expect(await befores.of('revoke_svid@spire#a')).toBeNull();
    expect(await befores.keep('revoke_svid@spire#a', 'third')).toBe('third');
    expect(await befores.of('revoke_svid@spire#b')).toBe('another');
  });
});
