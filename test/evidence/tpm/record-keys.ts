import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { valuesAfterBoot } from './boot-events.ts';
import { refused, type Recorder } from './recorder.ts';
import {
  attestationKey,
  base64,
  bootedHost,
  documentFor,
  hostWith,
  P256,
  persisted,
  prove,
  RESTRICTED,
  restrictedPrimary,
  USUAL,
  type RecordedKey,
  type RecordingHost,
} from './recording-host.ts';
import type { QuoteRefusal } from '../../../src/evidence/tpm/refusal.ts';

/** Keys that a TPM makes and that were enrolled all the same, with the reason for which each is unfit. */
const UNFIT: readonly (readonly [
  name: string,
  reason: QuoteRefusal,
  algorithm: string,
  attributes: string,
  nameAlg?: string,
])[] = [
  ['an unrestricted key', 'ak-attributes', 'ecc:ecdsa-sha256', without('restricted')],
  [
    'a key that can move to another TPM',
    'ak-attributes',
    'ecc:ecdsa-sha256:null',
    without('fixedtpm', 'fixedparent'),
  ],
  [
    'a key that moves encrypted',
    'ak-attributes',
    'ecc:ecdsa-sha256:null',
    `${without('fixedtpm', 'fixedparent')}|encryptedduplication`,
  ],
  ['a key that also decrypts', 'ak-attributes', 'rsa2048', `${without('restricted')}|decrypt`],
  ['an RSA key of 1024 bits', 'weak-algorithm', 'rsa1024:rsassa-sha256:null', RESTRICTED],
  ['a key on P-224', 'weak-algorithm', 'ecc224:ecdsa-sha256:null', RESTRICTED],
  ['a key that signs SHA-1', 'weak-algorithm', 'ecc:ecdsa-sha1:null', RESTRICTED],
  [
    'a key whose Name is made with SHA-1',
    'weak-algorithm',
    'ecc:ecdsa-sha256:null',
    RESTRICTED,
    'sha1',
  ],
];

/** Quotes by keys that must not be trusted, or are not those that were enrolled. */
export async function* recordKeys(): Recorder {
  const host = await bootedHost('web-1');
  const other = await bootedHost('web-1');
  try {
    yield* unfit(host);
    yield* imported(host);
    yield* swapped(host, other);
    yield* otherParents(host);
  } finally {
    await host.tpm.stop();
    await other.tpm.stop();
  }
}

async function* unfit({ id, tpm }: RecordingHost): Recorder {
  for (const [name, reason, algorithm, attributes, nameAlg = 'sha256'] of UNFIT) {
    await tpm.run('createprimary', '-C', 'o', '-G', 'ecc', '-c', 'parent.ctx');
    await tpm.run('flushcontext', '-t');
    const what = ['-G', algorithm, '-a', attributes, '-g', nameAlg];
    await tpm.run('create', '-C', 'parent.ctx', ...what, '-u', 'key.public', '-r', 'key.private');
    const key = await loaded(tpm, signingOf(algorithm));
    const input = await prove(await hostWith(tpm, id, key));
    yield refused(name, 'enrolled, and it quotes', reason, input);
  }
  const daa = await attestationKey(tpm, { algorithm: 'ecc', hash: 'sha256', scheme: 'ecdaa' });
  const signed = { quote: randomBytes(145), signature: randomBytes(72) };
  const anonymous = { id, tpm, key: daa, firmware: '0x0' };
  const input = documentFor(anonymous, randomBytes(32), USUAL, signed, valuesAfterBoot(USUAL));
  yield refused('a key that signs anonymously', 'by ECDAA', 'ak-scheme', input);
}

/** Whoever made the private key outside may sign with it whatever he likes. */
async function* imported({ id, tpm }: RecordingHost): Recorder {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  tpm.write('outside.pem', Buffer.from(privateKey.export({ type: 'sec1', format: 'pem' })));
  await tpm.run('createprimary', '-C', 'o', '-G', 'ecc', '-c', 'parent.ctx');
  await tpm.run('flushcontext', '-t');
  const files = ['-u', 'key.public', '-r', 'key.private', '-i', 'outside.pem'];
  const attributes = 'userwithauth|sign';
  await tpm.run('import', '-C', 'parent.ctx', '-G', 'ecc', '-a', attributes, ...files);
  const key = await loaded(tpm, { hash: 'sha256', scheme: 'ecdsa' });
  const input = await prove(await hostWith(tpm, id, key));
  yield refused('an imported key', 'its private part is known outside', 'ak-attributes', input);
}

async function* swapped(host: RecordingHost, other: RecordingHost): Recorder {
  const mine = await prove(host);
  const theirs = await prove(other, { nonce: Buffer.from(mine.challenge.nonce, 'base64') });
  const second = { ...host, key: await attestationKey(host.tpm, P256) };
  const bySecond = await prove(second);
  const enrolled = { enrolment: mine.enrolment };
  yield refused('the key of another TPM', 'and it says so', 'ak-not-enrolled', {
    ...theirs,
    ...enrolled,
  });
  yield refused('a quote by another TPM', 'as if by the enrolled key', 'signature-invalid', {
    ...theirs,
    ...enrolled,
    evidence: { ...theirs.evidence, ak_public: mine.evidence.ak_public },
  });
  yield refused('another key of the same TPM', 'and it says so', 'ak-not-enrolled', {
    ...bySecond,
    ...enrolled,
  });
  yield refused('another key under the enrolled Name', 'registered anew', 'ak-not-enrolled', {
    ...bySecond,
    enrolment: { ...bySecond.enrolment, ak_name: mine.enrolment.ak_name },
  });
}

/** The firmware of a key of the owner is shifted, so that it is another than that of the TPM. */
async function* otherParents(host: RecordingHost): Recorder {
  const input = await prove(host);
  const qualified = base64((await attestationKey(host.tpm, P256)).qualifiedName);
  yield refused('a key that hangs on other parents', 'as enrolled', 'qualified-signer-mismatch', {
    ...input,
    enrolment: { ...input.enrolment, ak_qualified_name: qualified },
  });
  const owners = await hostWith(host.tpm, host.id, await restrictedPrimary(host.tpm, 'o'));
  const shifted = await prove({ ...owners, firmware: host.firmware });
  yield refused('firmware that is not the enrolled', 'shifted', 'firmware-mismatch', shifted);
}

async function loaded(
  tpm: RecordingHost['tpm'],
  by: Pick<RecordedKey, 'hash' | 'scheme'>,
): Promise<RecordedKey> {
  await tpm.run('flushcontext', '-t');
  const files = ['-u', 'key.public', '-r', 'key.private'];
  await tpm.run('load', '-C', 'parent.ctx', ...files, '-c', 'key.ctx');
  return persisted(tpm, 'key.ctx', by);
}

function signingOf(algorithm: string): Pick<RecordedKey, 'hash' | 'scheme'> {
  const hash = algorithm.includes('sha1') ? 'sha1' : 'sha256';
  return { hash, scheme: algorithm.startsWith('rsa') ? 'rsassa' : 'ecdsa' };
}

function without(...attributes: readonly string[]): string {
  return RESTRICTED.split('|')
    .filter((attribute) => !attributes.includes(attribute))
    .join('|');
}
