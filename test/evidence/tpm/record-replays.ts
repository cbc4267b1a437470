import { randomBytes } from 'node:crypto';
import { valuesAfterBoot } from './boot-events.ts';
import { refused, type Recorder } from './recorder.ts';
import {
  base64,
  bootedHost,
  documentFor,
  lastAccepted,
  prove,
  quoteBy,
  USUAL,
  type RecordingHost,
} from './recording-host.ts';
import type { QuoteDocument } from './vectors.ts';

/** Honest quotes that answer another challenge than the one that was set. */
export async function* recordReplays(): Recorder {
  const host = await bootedHost('web-1');
  try {
    yield* answeredBefore(host);
    yield* otherNonces(host);
    yield* otherChallenge(host);
  } finally {
    await host.tpm.stop();
  }
}

async function* answeredBefore(host: RecordingHost): Recorder {
  const before = await prove(host);
  const now = await prove(host);
  const replayed = { ...now, evidence: before.evidence };
  const about = 'a quote that was good when it was new';
  yield refused('the quote of an old challenge', about, 'nonce-mismatch', replayed);
  yield refused('the quote of an old challenge, already accepted', about, 'nonce-mismatch', {
    ...replayed,
    last_accepted: lastAccepted(before),
  });
  const evidence = { ...before.evidence, signature: malleated(before.evidence.signature) };
  yield refused(
    'the quote of an old challenge by another signature',
    '(r, n-s)',
    'nonce-mismatch',
    {
      ...replayed,
      evidence,
    },
  );
}

/** The nonce that the TPM was given: a part of the right one, or more than it. */
async function* otherNonces(host: RecordingHost): Recorder {
  const nonce = randomBytes(32);
  const given = [
    ['the first half of the nonce', nonce.subarray(0, 16)],
    ['the nonce but its last byte', nonce.subarray(0, 31)],
    ['the nonce and a byte more', Buffer.concat([nonce, Buffer.of(0)])],
    ['the nonce in hex', Buffer.from(nonce.toString('hex').slice(0, 64))],
    ['no nonce', Buffer.of()],
  ] as const;
  for (const [name, bytes] of given) {
    const signed = await quoteOf(host, bytes);
    const input = documentFor(host, nonce, USUAL, signed, valuesAfterBoot(USUAL));
    yield refused(name, 'signed by the TPM', 'nonce-mismatch', input);
  }
}

function quoteOf({ tpm, key }: RecordingHost, nonce: Uint8Array) {
  return quoteBy(tpm, key, nonce, 'sha256:0,2,4,7');
}

async function* otherChallenge(host: RecordingHost): Recorder {
  const input = await prove(host);
  const asked = (challenge: Partial<QuoteDocument['challenge']>) => ({
    ...input,
    challenge: { ...input.challenge, ...challenge },
  });
  const about = 'the quote itself is good';
  yield refused(
    'a challenge that was answered',
    about,
    'nonce-consumed',
    asked({ consumed: true }),
  );
  yield refused('a challenge that is over', about, 'nonce-expired', asked({ expired: true }));
  yield refused(
    'the challenge of another host',
    about,
    'host-mismatch',
    asked({ host_id: 'db-1' }),
  );
  yield refused('an enrolment of another host', about, 'host-mismatch', {
    ...input,
    enrolment: { ...input.enrolment, host_id: 'db-1' },
  });
}

/** (r, n - s) is a signature of the same bytes, made without the key. */
function malleated(signature: string): string {
  const n = 0xffffffff_00000000_ffffffff_ffffffff_bce6faad_a7179e84_f3b9cac2_fc632551n;
  const bytes = Buffer.from(signature, 'base64');
  const rEnd = 6 + bytes.readUInt16BE(4);
  const s = BigInt(`0x${bytes.toString('hex', rEnd + 2)}`);
  const other = Buffer.from((n - s).toString(16).padStart(64, '0'), 'hex');
  return base64(Buffer.concat([bytes.subarray(0, rEnd), Buffer.of(0, other.length), other]));
}
