import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyTimes } from '../../activities/verify-times.ts';
import type { EvidenceRef } from '../../src/domain/evidence.ts';
import { TIMESTAMP_MEDIA_TYPE, type VerifyTimestamp } from '../../src/evidence/timestamp.ts';
import { AT, AT_MS, incidentId, recorded } from '../support/admissions.ts';
import { sweeping, type Sweeping } from './sweeping.ts';

const BELIEVED: VerifyTimestamp = () => ({ valid: true, time_ms: AT_MS, authority: 'CN=tsa' });
const REFUSED: VerifyTimestamp = () => {
  return { valid: false, reason: 'untrusted', detail: 'nobody knows who signed it' };
};

let on: Sweeping;
let token: EvidenceRef;
beforeEach(async () => {
  on = await sweeping();
  const { manifest } = await on.captureSealed(1);
  token = await on.deps.store.put(Buffer.from('a token'), TIMESTAMP_MEDIA_TYPE);
  const said = { manifest: manifest.sha256, token, time: AT, authority: 'CN=tsa' };
  const event = { type: 'timestamped', ...said } as const;
  await on.ledger.log.append(incidentId(1), [recorded('timestamped', event)]);
});
afterEach(() => on.stop());

const verify = (verifyTimestamp: VerifyTimestamp | null) =>
  verifyTimes({ ...on.deps, verifyTimestamp });

describe('verifying time stamps', () => {
  it('finds nothing where the authority vouches for what the ledger says', async () => {
    expect(await verify(BELIEVED)).toMatchObject({ misses: 0 });
    expect(on.found).toEqual([]);
  });

  it('finds a token that proves nothing, under one key however often', async () => {
    expect(await verify(REFUSED)).toMatchObject({ misses: 1, unreported: 0 });
    await verify(REFUSED);
    expect(on.found[0]?.evidence).toMatchObject({ of: 'timestamp', reason: 'untrusted' });
    expect(new Set(on.found.map(({ key }) => key)).size).toBe(1);
  });

  it('finds a token that is gone, also where no authority is trusted', async () => {
    expect(await verify(null)).toMatchObject({ misses: 0 });
    await on.deps.store.remove(token.sha256);
    expect(await verify(null)).toMatchObject({ misses: 1 });
    expect(on.found[0]?.evidence).toMatchObject({ reason: 'missing', at: token.sha256 });
  });
});
