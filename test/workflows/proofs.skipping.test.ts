import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLAIMED, REFUSED } from '../support/attestations.ts';
import { LATCHED } from '../support/incidents.ts';
import { stage } from './stage.ts';
import { NO_CAPTURE, NOTHING_CAPTURED } from '../support/captures.ts';

let on: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => void (on = await stage()), 60_000);
afterAll(() => on.stop());

const MINUTE_MS = 60_000;
const EXPIRY_MS = 5 * MINUTE_MS;

/** A host that proves itself for five minutes at a time. */
const provesItself = async () => {
  const expires = (await on.environment.currentTimeMs()) + EXPIRY_MS;
  return { ...CLAIMED, expires_at: new Date(expires).toISOString() };
};

describe('a proof', () => {
  it('opens nothing once it has expired, and the host proves itself again', async () => {
    const { handle, give } = await on.start(LATCHED, { attest: provesItself });
    await give('acknowledge');
    await give('reattest');
    await on.environment.sleep(EXPIRY_MS + MINUTE_MS);
    await expect(give('resolve')).rejects.toMatchObject({
      cause: { type: 'reattestation_required' },
    });
    expect(on.told('attestation_expired')).toHaveLength(1);
    await give('reattest');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(on.told('attestation')).toHaveLength(2);
    expect(on.told('attestation_expired')).toHaveLength(1);
  });

  it('that was used in time is never said to have expired', async () => {
    const { handle, give } = await on.start(LATCHED, { attest: provesItself });
    await give('acknowledge');
    await give('reattest');
    await give('resolve');
    await on.environment.sleep(2 * EXPIRY_MS);
    await give('close');
    await handle.result();
    expect(on.told('attestation_expired')).toEqual([]);
  });

  it('is void where the host was put in doubt again after it', async () => {
    const newer = 'INC-20260102-030405-0000000f';
    let doubted = true;
    const { handle, give } = await on.start(LATCHED, {
      attest: async () => ({ ...(await provesItself()), proof: 'tpm_quote', host: 'web-1' }),
      newerIncident: async ({ host }) => (doubted && host === 'web-1' ? newer : ''),
    });
    await give('acknowledge');
    await give('reattest');
    await expect(give('resolve')).rejects.toMatchObject({
      cause: { type: 'reattestation_required' },
    });
    expect(on.told('attestation_doubted').map(({ event }) => event)).toEqual([
      { type: 'attestation_doubted', incident_id: newer },
    ]);
    doubted = false;
    await give('reattest');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(on.told('attestation')).toHaveLength(2);
  });

  it('is dated by what the TPM had counted at containment', async () => {
    const asked: (number | null)[] = [];
    const capture = { ...NO_CAPTURE, quote: true };
    const { handle, give } = await on.start(
      { ...LATCHED, capture },
      {
        quote: async () => ({ ...NOTHING_CAPTURED, reset_count: 7 }),
        attest: async ({ reset_count }) => {
          asked.push(reset_count);
          return provesItself();
        },
      },
    );
    await give('acknowledge');
    await give('reattest');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(asked).toEqual([7]);
  });

  it('that was refused dates the next one, where nothing was known of the TPM before', async () => {
    const asked: (number | null)[] = [];
    const { handle, give } = await on.start(LATCHED, {
      attest: async ({ reset_count }) => {
        asked.push(reset_count);
        return reset_count === null
          ? { ...REFUSED, reason: 'reboot-required', reset_count: 3 }
          : provesItself();
      },
    });
    await give('acknowledge');
    await expect(give('reattest')).rejects.toMatchObject({
      cause: { type: 'attestation_refused' },
    });
    await give('reattest');
    await give('resolve');
    await give('close');
    await handle.result();
    expect(asked).toEqual([null, 3]);
  });
});
