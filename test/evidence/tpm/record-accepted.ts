import { accepted, type Recorder } from './recorder.ts';
import {
  attestationKey,
  boot,
  hostWith,
  P256,
  prove,
  restrictedPrimary,
} from './recording-host.ts';
import { startTpm, type RecordingTpm } from './recording-tpm.ts';
import type { QuoteDocument, Selection } from './vectors.ts';

const SCHEMES = [
  ['ECDSA on P-256 over SHA-256', 'ecc', 'sha256', 'ecdsa'],
  ['ECDSA on P-384 over SHA-384', 'ecc384', 'sha384', 'ecdsa'],
  ['ECDSA on P-521 over SHA-512', 'ecc521', 'sha512', 'ecdsa'],
  ['RSASSA of 2048 bits over SHA-256', 'rsa', 'sha256', 'rsassa'],
  ['RSAPSS of 2048 bits over SHA-256', 'rsa', 'sha256', 'rsapss'],
  ['RSASSA of 3072 bits over SHA-256', 'rsa3072', 'sha256', 'rsassa'],
] as const;

const SELECTIONS: readonly (readonly [string, Selection])[] = [
  ['one PCR', [{ bank: 'sha256', pcrs: [7] }]],
  ['many PCRs', [{ bank: 'sha256', pcrs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14] }]],
  ['the last PCRs', [{ bank: 'sha256', pcrs: [4, 15, 17, 22] }]],
  [
    'two banks',
    [
      { bank: 'sha256', pcrs: [0, 7] },
      { bank: 'sha384', pcrs: [2, 4] },
    ],
  ],
  ['the SHA-384 bank', [{ bank: 'sha384', pcrs: [0, 2, 4, 7] }]],
  ['the SHA-512 bank', [{ bank: 'sha512', pcrs: [0, 2, 4, 7] }]],
];

/** Proofs of every scheme and selection, each honest. */
export async function* recordAccepted(): Recorder {
  const tpm = await startTpm();
  try {
    await boot(tpm);
    yield* schemes(tpm);
    yield* otherBank(tpm);
    yield* selections(tpm);
    yield* ofTheOwner(tpm);
  } finally {
    await tpm.stop();
  }
}

async function* schemes(tpm: RecordingTpm): Recorder {
  for (const [name, algorithm, hash, scheme] of SCHEMES) {
    const key = await attestationKey(tpm, { algorithm, hash, scheme });
    const input = await prove(await hostWith(tpm, 'web-1', key));
    yield accepted(name, 'a key of tpm2_createak below the endorsement key', input);
  }
}

async function* otherBank(tpm: RecordingTpm): Recorder {
  const spec = { algorithm: 'ecc384', hash: 'sha384', scheme: 'ecdsa' };
  const host = await hostWith(tpm, 'web-1', await attestationKey(tpm, spec));
  const selection = [{ bank: 'sha384', pcrs: [0, 2, 4, 7] }];
  const about = 'the digest of the PCRs is made with the hash of the key in either case';
  yield accepted('a SHA-384 key over the SHA-384 bank', about, await prove(host, { selection }));
  yield accepted('a SHA-384 key over the SHA-256 bank', about, await prove(host));
}

async function* selections(tpm: RecordingTpm): Recorder {
  const host = await hostWith(tpm, 'web-1', await attestationKey(tpm, P256));
  for (const [name, selection] of SELECTIONS) {
    yield accepted(`a quote over ${name}`, 'as the policy asks', await prove(host, { selection }));
  }
  const input = await prove(host);
  input.enrolment.ak_qualified_name = null;
  input.enrolment.firmware_version = null;
  yield accepted('nothing known but the key', 'no Qualified Name and no firmware', input);
  yield* lowercaseHex(await prove(host));
}

async function* lowercaseHex(input: QuoteDocument): Recorder {
  const hex = (text: string) => Buffer.from(text, 'base64').toString('hex');
  input.challenge.nonce = hex(input.challenge.nonce);
  input.enrolment.ak_name = hex(input.enrolment.ak_name);
  input.enrolment.ak_qualified_name = hex(input.enrolment.ak_qualified_name ?? '');
  yield accepted('nonce and Names in hex', 'as TPM tools print them', input);
}

/** A TPM shifts firmware and counts by a constant of the key for keys outside the endorsement hierarchy. */
async function* ofTheOwner(tpm: RecordingTpm): Recorder {
  const key = await restrictedPrimary(tpm, 'o');
  const input = await prove(await hostWith(tpm, 'web-1', key));
  yield accepted('a key of the owner', 'its counts and firmware are shifted', input);
}
