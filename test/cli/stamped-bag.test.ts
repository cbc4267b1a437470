import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { evidenceReceiptSchema } from '../../src/domain/evidence-receipt.ts';
import { sha256Hex } from '../../src/evidence/digest.ts';
import { openLocalDirectory } from '../../src/adapters/store/local-directory.ts';
import { generateSigningKeyPem, loadSigningKey } from '../../src/evidence/signing-key.ts';
import {
  stampedBytesOf,
  TIMESTAMP_MEDIA_TYPE,
  type VerifyTimestamp,
} from '../../src/evidence/timestamp.ts';
import { captureOf, keepCapture } from '../evidence/captures.ts';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

const ID = 'INC-20260314-120000-00000000';
const TIME = '2026-03-14T12:00:05.000Z';
const key = loadSigningKey(generateSigningKeyPem());

/** A bag with a signed manifest and, beside it, a token of it, which here is the digest of what is stamped. */
async function stampedBag(stamp: boolean) {
  const { url, ledger } = await tinyCordon();
  await cordon(['report', 'tool_call_burst', 'many calls', '--url', url]);
  const store = await openLocalDirectory({ root: join(scratch(), 'evidence'), now: Date.now });
  const manifest = await keepCapture(store, key);
  const receipt = evidenceReceiptSchema.parse({
    ...{ incident_id: ID, snapshot_id: captureOf().snapshot_id, manifest, artifacts: 7, gaps: 1 },
  });
  const beside = { artifacts: [], gaps: [], reset_count: null };
  ledger.tell(ID, { type: 'captured', ...beside, receipt });
  const stamped = stampedBytesOf(await store.get(manifest)) ?? new Uint8Array();
  const token = await store.put(Buffer.from(sha256Hex(stamped)), TIMESTAMP_MEDIA_TYPE);
  const time = { manifest: manifest.sha256, token, time: TIME, authority: 'CN=tsa' };
  if (stamp) ledger.tell(ID, { type: 'timestamped', ...time });
  const bag = join(scratch(), 'bag');
  const exported = await cordon(['export', ID, '--bag', bag, '--url', url], {
    roots: { evidence: async () => store },
  });
  return { bag, token, exported };
}

const verify: VerifyTimestamp = (token, bytes) =>
  Buffer.from(token).toString() === sha256Hex(bytes)
    ? { valid: true, time_ms: Date.parse(TIME), authority: 'CN=tsa' }
    : { valid: false, reason: 'wrong_imprint', detail: 'it stamps other bytes' };

async function verified(bag: string, by: VerifyTimestamp) {
  const pem = join(bag, 'bagit.txt');
  return cordon(['bundle', 'verify', bag, '--tsa-certificates', pem], {
    roots: {
      timestampVerifier: async (given) => {
        expect(Buffer.from(given)).toEqual(readFileSync(pem));
        return by;
      },
    },
  });
}

describe('a bag with a time-stamped manifest', () => {
  it('has the token as a file, and its time is verified under the given certificates', async () => {
    const { bag, token } = await stampedBag(true);
    expect(sha256Hex(readFileSync(join(bag, 'data/evidence', token.sha256)))).toBe(token.sha256);
    const { code, out } = await verified(bag, verify);
    expect(code).toBe(0);
    expect(out).toContain('time: 1 manifests stamped, 0 local only\n');
  });

  it('says that its time was not checked where nobody is trusted', async () => {
    const { bag } = await stampedBag(true);
    const { code, out } = await cordon(['bundle', 'verify', bag]);
    expect(code).toBe(0);
    expect(out).toContain('1 time stamps not checked: give --tsa-certificates');
  });

  it('is refused where the token does not prove its time', async () => {
    const { bag } = await stampedBag(true);
    const { code, out } = await verified(bag, () => ({
      ...{ valid: false, reason: 'untrusted', detail: 'a stranger signed it' },
    }));
    expect(code).toBe(1);
    expect(out).toMatch(/^bad_timestamp: \w{64}: untrusted: a stranger signed it$/m);
  });

  it('says where the time is local only, and that is no failure', async () => {
    const { bag } = await stampedBag(false);
    const { code, out } = await verified(bag, verify);
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('time: 0 manifests stamped, 1 local only\n'),
    ]);
  });
});
