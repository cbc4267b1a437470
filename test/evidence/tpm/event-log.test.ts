import { describe, expect, it } from 'vitest';
import { checkEventLog, parseEventLog } from '../../../src/evidence/tpm/event-log.ts';
import { Malformed } from '../../../src/evidence/tpm/reader.ts';
import { valuesAfterBoot } from './boot-events.ts';
import {
  ALGORITHMS,
  bootLog,
  eventBytes,
  le32,
  measured,
  NO_ACTION,
  specId,
  specIdOf,
  startupLocality,
  type LogEvent,
} from './event-log-bytes.ts';
import type { PcrSelection } from '../../../src/domain/pcr-policy.ts';

const SHA256: PcrSelection[] = [{ bank: 'sha256', pcrs: [0, 2, 4, 7] }];
const BOTH: PcrSelection[] = [...SHA256, { bank: 'sha384', pcrs: [0, 2, 4, 7] }];
const BANKS = ['sha1', 'sha256', 'sha384'];

function refusalOf(eventLog: Uint8Array, selection = SHA256, locality = 0): unknown {
  try {
    checkEventLog({ eventLog, pcrValues: valuesAfterBoot(selection, locality) }, selection);
    return null;
  } catch (error) {
    return Reflect.get(Object(error), 'reason');
  }
}

/** A log of SHA-256 with one event more behind the boot. */
function withEvent(parts: Partial<LogEvent>): Buffer {
  const event = { ...measured(['sha256'], 9, 'one more'), ...parts };
  return Buffer.concat([bootLog(['sha256']), eventBytes(event)]);
}

describe('an event log', () => {
  it('leads to the PCRs of each bank of the selection', () => {
    expect(refusalOf(bootLog(BANKS), BOTH)).toBeNull();
    expect(refusalOf(bootLog(['sha256']))).toBeNull();
  });

  it('says from which locality the TPM was started', () => {
    expect(refusalOf(bootLog(BANKS, 3), BOTH, 3)).toBeNull();
    expect(refusalOf(bootLog(BANKS, 3), BOTH)).toBe('event-log-mismatch');
    expect(refusalOf(bootLog(BANKS), BOTH, 3)).toBe('event-log-mismatch');
  });

  it('says so before anything is measured into PCR 0, and once', () => {
    const late = Buffer.concat([bootLog(['sha256']), eventBytes(startupLocality(['sha256'], 3))]);
    expect(refusalOf(late)).toBeNull();
    expect(refusalOf(late, SHA256, 3)).toBe('event-log-mismatch');
  });

  it('may tell of what extends nothing', () => {
    expect(refusalOf(withEvent({ pcr: 7, type: NO_ACTION }))).toBeNull();
    expect(refusalOf(withEvent({ pcr: 7 }))).toBe('event-log-mismatch');
    expect(refusalOf(withEvent({ pcr: 9 }))).toBeNull();
  });

  it('proves nothing by the text of its events', () => {
    const event = { ...measured(['sha256'], 7, 'secure boot off'), data: Buffer.from('separator') };
    expect(refusalOf(Buffer.concat([bootLog(['sha256']), eventBytes(event)]))).toBe(
      'event-log-mismatch',
    );
  });

  it('is refused where it has not the bank that the policy asks for', () => {
    expect(refusalOf(bootLog(['sha256']), BOTH)).toBe('event-log-malformed');
    expect(refusalOf(bootLog(['sha1']))).toBe('event-log-malformed');
  });

  it('is refused where it is missing', () => {
    expect(() => checkEventLog({ eventLog: null, pcrValues: {} }, SHA256)).toThrow(
      expect.objectContaining({ reason: 'event-log-missing' }),
    );
  });

  it('may have SM3 digests and bytes of the vendor in its header', () => {
    const header = specIdOf(
      [
        [ALGORITHMS['sha256'] ?? 0, 32],
        [0x0012, 32],
      ],
      { vendor: 'abc' },
    );
    const { digests } = measured(['sha256'], 9, 'one more');
    const event = {
      pcr: 9,
      type: 4,
      digests: [...digests, [0x0012, Buffer.alloc(32)] as const],
      data: Buffer.of(),
    };
    expect(parseEventLog(Buffer.concat([header, eventBytes(event)]))).toHaveLength(1);
  });
});

describe('an event log is malformed', () => {
  const sha256 = [0x000b, 32] as const;
  const { digests } = measured(['sha256'], 9, 'one more');

  it.each<[string, Uint8Array]>([
    ['of no bytes', Buffer.of()],
    ['with another signature', specIdOf([sha256], { signature: 'Spec ID Event02\0' })],
    ['whose header is of another PCR', specIdOf([sha256], { pcr: 1 })],
    ['whose header is of another type', specIdOf([sha256], { type: 4 })],
    ['without a header', eventBytes(measured(['sha256'], 0, 'x'))],
    ['of no digests', specIdOf([])],
    ['of an unknown digest', specIdOf([[0x0027, 32]])],
    ['of a digest with another size', specIdOf([[0x000b, 20]])],
    ['of a digest twice', specIdOf([sha256, sha256])],
    ['with bytes behind its header', specIdOf([sha256], { after: 'x' })],
    ['of PCR 24', withEvent({ pcr: 24 })],
    ['of PCR 2^32 - 1', withEvent({ pcr: 0xffff_ffff })],
    ['with an event without digests', withEvent({ digests: [] })],
    ['with an event of a digest too many', withEvent({ digests: [...digests, ...digests] })],
    [
      'with an event of another digest',
      withEvent({ digests: measured(['sha384'], 9, 'x').digests }),
    ],
    ['with a digest twice and one missing', twice()],
    ['with a byte behind it', Buffer.concat([bootLog(['sha256']), Buffer.of(0)])],
    [
      'with a size of 2^32 - 1',
      Buffer.concat([bootLog(['sha256']).subarray(0, -18), le32(0xffff_ffff)]),
    ],
    [
      'with a count of 2^32 - 1',
      Buffer.concat([specId(['sha256']), le32(0), le32(4), le32(0xffff_ffff)]),
    ],
  ])('%s', (_what, bytes) => {
    expect(() => parseEventLog(bytes)).toThrow(Malformed);
    expect(refusalOf(bytes)).toBe('event-log-malformed');
  });

  it('cut anywhere but between two events, where it lacks one', () => {
    const log = bootLog(['sha256']);
    const reasons = Array.from(log, (_, length) => refusalOf(log.subarray(0, length)));
    expect(new Set(reasons)).toEqual(new Set(['event-log-malformed', 'event-log-mismatch']));
    expect(reasons.filter((reason) => reason === 'event-log-mismatch')).toHaveLength(6);
  });
});

function twice(): Buffer {
  const { digests } = measured(['sha256'], 9, 'x');
  const event = { pcr: 9, type: 4, digests: [...digests, ...digests], data: Buffer.of() };
  return Buffer.concat([specId(['sha1', 'sha256']), eventBytes(event)]);
}
