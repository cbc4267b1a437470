import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/evidence/digest.ts';
import {
  stampedBytesOf,
  TIMESTAMP_MEDIA_TYPE,
  type VerifyTimestamp,
} from '../../src/evidence/timestamp.ts';
import { type ManifestTime, verifyTimestamps } from '../../src/evidence/verify-timestamps.ts';
import { type Kept, kept } from './kept.ts';

const TIME = '2026-01-01T12:00:05.000Z';
const TOKEN = Buffer.from('a token');

let on: Kept;
let time: ManifestTime;
beforeEach(async () => {
  on = await kept();
  const token = await on.store.put(TOKEN, TIMESTAMP_MEDIA_TYPE);
  time = { manifest: on.manifest.sha256, token, time: TIME, authority: 'CN=tsa' };
});
afterEach(() => on.remove());

/** Believes the token alone, and only of the signature of the manifest. */
const verify: VerifyTimestamp = (token, bytes) =>
  TOKEN.equals(token) && Buffer.from(bytes).equals(signature())
    ? { valid: true, time_ms: Date.parse(TIME), authority: 'CN=tsa' }
    : { valid: false, reason: 'wrong_imprint', detail: 'it stamps other bytes' };

let stamped: Uint8Array;
const signature = () => stamped;
beforeEach(async () => {
  stamped = stampedBytesOf(await on.store.get(on.manifest)) ?? new Uint8Array();
});

const walk = (times: ManifestTime[] = [time], by: VerifyTimestamp | null = verify) =>
  verifyTimestamps(times, { store: on.store, verify: by });

const miss = (reason: string) => ({
  verified: 0,
  unchecked: 0,
  misses: [
    {
      ...{ name: 'timestamp', manifest: on.manifest.sha256, sha256: time.token.sha256, reason },
      detail: expect.any(String),
    },
  ],
});

describe('walking the tokens', () => {
  it('verifies each over the 64 bytes of the signature of its manifest', async () => {
    expect(stamped).toHaveLength(64);
    expect(await walk()).toEqual({ verified: 1, unchecked: 0, misses: [] });
  });

  it('checks none where no authority is trusted, and says so', async () => {
    expect(await walk([time], null)).toEqual({ verified: 0, unchecked: 1, misses: [] });
  });

  it('finds one changed byte in a token', async () => {
    await on.flip(time.token.sha256, 0);
    expect(await walk()).toEqual(miss('corrupt'));
  });

  it('finds that a token was removed', async () => {
    await on.lose(time.token.sha256);
    expect(await walk()).toEqual(miss('missing'));
  });

  it('finds a token of another manifest', async () => {
    const other = await on.store.put(Buffer.from('another token'), TIMESTAMP_MEDIA_TYPE);
    time = { ...time, token: other };
    expect(await walk()).toEqual(miss('wrong_imprint'));
  });

  it('finds a token of what is no manifest', async () => {
    const { sha256 } = await on.store.put(Buffer.from('{}\n'), 'application/json');
    const [found] = (await walk([{ ...time, manifest: sha256 }])).misses;
    expect(found).toMatchObject({ manifest: sha256Hex('{}\n'), reason: 'wrong_imprint' });
  });

  it.each([{ time: '2026-01-01T12:00:06.000Z' }, { authority: 'CN=another' }])(
    'finds a ledger that says otherwise than the token: %o',
    async (change) => {
      time = { ...time, ...change };
      expect(await walk()).toEqual(miss('other_time'));
    },
  );

  it('leaves a token unchecked whose manifest is lost, which is missed for itself', async () => {
    await on.lose(on.manifest.sha256);
    expect(await walk()).toEqual({ verified: 0, unchecked: 1, misses: [] });
  });
});
