import { describe, expect, it } from 'vitest';
import type { Conclusion } from '../../../src/domain/attestations.ts';
import { AT_MS } from '../../support/admissions.ts';
import { challenge, NO_LIMIT } from '../../support/challenges.ts';
import { LEDGER_KINDS, type LedgerKind } from '../../support/ledgers.ts';

const KEY = `000b${'a'.repeat(64)}`;
const EVIDENCE = { sha256: 'd'.repeat(64), size: 7, media_type: 'application/json' };

/** Clock and counts at the end of what a TPM can say: 64 bits, and 32 without a sign. */
const CLOCK = {
  clock: '18446744073709551615',
  reset_count: 4_294_967_295,
  restart_count: 4_294_967_294,
  safe: false,
};

function accepted(number: number, version: number, wishes: Partial<Conclusion> = {}): Conclusion {
  return {
    nonce: challenge(number).nonce,
    accepted: true,
    reason: 'ok',
    evidence: EVIDENCE,
    clock: { ak_name: KEY, version, ...CLOCK },
    at_ms: AT_MS,
    ...wishes,
  };
}

async function asked(kind: LedgerKind, count: number) {
  const place = await kind.place();
  const ledger = await place.open();
  for (let n = 1; n <= count; n += 1) await ledger.attestations.issue(challenge(n), NO_LIMIT);
  return { place, ledger, attestations: ledger.attestations };
}

describe.each(LEDGER_KINDS)('conclusions on $name', (kind) => {
  it('move the clock of the key on, and survive a new start', async () => {
    const { place, ledger, attestations } = await asked(kind, 2);
    expect(await attestations.lastAccepted(KEY)).toBeNull();
    expect(await attestations.conclude(accepted(1, 0))).toBe(true);
    expect(await attestations.lastAccepted(KEY)).toEqual({ ...CLOCK, version: 1 });
    const safe = { ak_name: KEY, version: 1, ...CLOCK, safe: true };
    expect(await attestations.conclude(accepted(2, 1, { clock: safe }))).toBe(true);
    await ledger.close();

    const again = (await place.open()).attestations;
    expect(await again.lastAccepted(KEY)).toEqual({ ...CLOCK, safe: true, version: 2 });
    expect(await again.lastAccepted(`000b${'b'.repeat(64)}`)).toBeNull();
    await expect(again.conclude(accepted(2, 2))).rejects.toMatchObject({
      code: 'already_concluded',
    });
  });

  it.each([0, 1, 3])('write nothing where the clock is not at version %i any more', async (at) => {
    const { attestations } = await asked(kind, 3);
    await attestations.conclude(accepted(1, 0));
    await attestations.conclude(accepted(2, 1));
    const late = { clock: { ak_name: KEY, version: at, ...CLOCK, clock: '1' } };
    expect(await attestations.conclude(accepted(3, at, late))).toBe(false);
    expect(await attestations.lastAccepted(KEY)).toEqual({ ...CLOCK, version: 2 });
    // It has no verdict yet, so that one that was compared anew can be written.
    expect(await attestations.conclude(accepted(3, 2))).toBe(true);
  });

  it.each([0, 1])('let one of two at once win, from version %i on', async (version) => {
    const { place, attestations: one } = await asked(kind, 3);
    const { attestations: two } = await place.open();
    if (version === 1) await one.conclude(accepted(1, 0));
    const answers = await Promise.all([
      one.conclude(accepted(2, version)),
      two.conclude(accepted(3, version)),
    ]);
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect(await one.lastAccepted(KEY)).toMatchObject({ version: version + 1 });
  });

  it('of a refused quote leave the clock where it was', async () => {
    const { attestations } = await asked(kind, 2);
    await attestations.conclude(accepted(1, 0));
    const refused = accepted(2, 1, { accepted: false, reason: 'nonce-mismatch', clock: null });
    expect(await attestations.conclude({ ...refused, evidence: null })).toBe(true);
    expect(await attestations.lastAccepted(KEY)).toMatchObject({ version: 1 });
  });

  it('stand: there is no second of one challenge, and none of one never issued', async () => {
    const { attestations } = await asked(kind, 1);
    await attestations.conclude(accepted(1, 0, { accepted: false, clock: null }));
    const second = attestations.conclude(accepted(1, 0));
    await expect(second).rejects.toMatchObject({ code: 'already_concluded', retryable: false });
    const unknown = attestations.conclude(accepted(2, 0));
    await expect(unknown).rejects.toMatchObject({ code: 'not_found', retryable: false });
    expect(await attestations.lastAccepted(KEY)).toBeNull();
  });
});
