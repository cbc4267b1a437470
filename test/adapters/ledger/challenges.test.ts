import { describe, expect, it } from 'vitest';
import type { IssuedChallenge } from '../../../src/domain/attestations.ts';
import { AT_MS } from '../../support/admissions.ts';
import { ANSWER_WITHIN_MS, challenge, NO_LIMIT } from '../../support/challenges.ts';
import { freshLedger, LEDGER_KINDS } from '../../support/ledgers.ts';

describe.each(LEDGER_KINDS)('challenges on $name', (kind) => {
  it('are used up by the first answer, and keep what they were made of', async () => {
    const { attestations } = await freshLedger(kind);
    const asked = challenge(1);
    expect(await attestations.issue(asked, NO_LIMIT)).toBe(true);
    const first = await attestations.consume(asked.nonce, AT_MS + 1);
    expect(first).toEqual({ challenge: asked, expired: false, consumed: false });
    const second = await attestations.consume(asked.nonce, AT_MS + 2);
    expect(second).toEqual({ challenge: asked, expired: false, consumed: true });
    expect(await attestations.consume(challenge(2).nonce, AT_MS)).toBeNull();
  });

  it('are used up by one of many that answer at once, over two connections', async () => {
    const place = await kind.place();
    const [one, two] = [await place.open(), await place.open()];
    await one.attestations.issue(challenge(1), NO_LIMIT);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 ? one : two).attestations.consume(challenge(1).nonce, AT_MS),
      ),
    );
    expect(answers.filter((answer) => answer?.consumed === false)).toHaveLength(1);
  });

  it('expire, and are used up all the same', async () => {
    const { attestations } = await freshLedger(kind);
    const expiry = AT_MS + ANSWER_WITHIN_MS;
    for (const n of [1, 2]) await attestations.issue(challenge(n), NO_LIMIT);
    const inTime = await attestations.consume(challenge(1).nonce, expiry - 1);
    expect(inTime).toMatchObject({ expired: false });
    const late = await attestations.consume(challenge(2).nonce, expiry);
    expect(late).toMatchObject({ expired: true, consumed: false });
    expect(await attestations.consume(challenge(2).nonce, AT_MS)).toMatchObject({ consumed: true });
  });

  it('are issued as often as the limit says, for one incident and purpose in its window', async () => {
    const { attestations } = await freshLedger(kind);
    const limit = { most: 2, since_ms: AT_MS };
    const issue = (n: number, wishes: Partial<IssuedChallenge> = {}) =>
      attestations.issue(challenge(n, wishes), limit);
    await issue(1, { issued_ms: AT_MS - 1 });
    expect([await issue(2), await issue(3), await issue(4)]).toEqual([true, true, false]);
    expect(await issue(5, { host: 'host-4' })).toBe(false);
    expect(await issue(6, { purpose: 'containment' })).toBe(true);
    expect(await issue(7, { incident_id: 'INC-20260102-030405-0000000b' })).toBe(true);
    expect(await attestations.consume(challenge(4).nonce, AT_MS)).toBeNull();
  });

  it('stay within the limit when many are asked for at once, over two connections', async () => {
    const place = await kind.place();
    const [one, two] = [await place.open(), await place.open()];
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 ? one : two).attestations.issue(challenge(n), { most: 3, since_ms: 0 }),
      ),
    );
    expect(answers.filter(Boolean)).toHaveLength(3);
  });
});
