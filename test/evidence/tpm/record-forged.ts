import { randomBytes } from 'node:crypto';
import { BOOT, valuesAfterBoot } from './boot-events.ts';
import { rawCertify, type Signed } from './raw-commands.ts';
import { refused, type Recorder } from './recorder.ts';
import {
  bootedHost,
  documentFor,
  extend,
  prove,
  quoteBy,
  readPcrs,
  USUAL,
  type RecordingHost,
} from './recording-host.ts';
import { sized } from './tpm-bytes.ts';

/** What an attacker who owns a host gets signed by its real key, and passes off as a quote. */
export async function* recordForged(): Recorder {
  const host = await bootedHost('web-1');
  try {
    yield* bytesOfHisOwn(host);
    yield* otherAttestations(host);
    yield* drifted(host);
  } finally {
    await host.tpm.stop();
  }
}

async function* bytesOfHisOwn(host: RecordingHost): Recorder {
  const nonce = randomBytes(32);
  const { quote } = await quoteBy(host.tpm, host.key, nonce, 'sha256:0,2,4,7');
  const forgeries = [
    ['a quote with its magic zeroed', Buffer.concat([Buffer.alloc(4), quote.subarray(4)])],
    ['a quote with its magic reversed', Buffer.concat([reversedMagic(quote), quote.subarray(4)])],
    ['a quote without its magic', quote.subarray(4)],
    ['a quote in a TPM2B', sized(quote)],
  ] as const;
  for (const [name, bytes] of forgeries) {
    const about = 'signed by the enrolled key: a TPM hands out tickets for what does not begin so';
    const input = documentFor(
      host,
      nonce,
      USUAL,
      await signedAsData(host, bytes),
      valuesAfterBoot(USUAL),
    );
    yield refused(name, about, 'bad-magic', input);
  }
  await expectNoTicket(host, quote);
}

function reversedMagic(quote: Buffer): Buffer {
  return Buffer.from(quote.subarray(0, 4).toReversed());
}

/** What the TPM must never do, or nothing here would prove anything. */
async function expectNoTicket(host: RecordingHost, quote: Buffer): Promise<void> {
  const signed = await signedAsData(host, quote).catch(() => null);
  if (signed !== null) throw new Error('the TPM signs forged quotes with their magic');
}

async function signedAsData({ tpm, key }: RecordingHost, bytes: Uint8Array): Promise<Signed> {
  tpm.write('blob', bytes);
  await tpm.run('hash', '-C', 'e', '-g', 'sha256', '-t', 'ticket', '-o', 'digest', 'blob');
  const by = ['-c', key.handle, '-g', key.hash, '-s', key.scheme];
  await tpm.run('sign', ...by, '-d', '-t', 'ticket', '-o', 'forged.signature', 'digest');
  return { quote: Buffer.from(bytes), signature: tpm.read('forged.signature') };
}

/** The TPM makes these itself, with the right magic and the right nonce. */
async function* otherAttestations(host: RecordingHost): Recorder {
  const nonce = randomBytes(32);
  const values = await readPcrs(host.tpm, USUAL);
  const { handle } = host.key;
  const attestations: [string, Signed][] = [
    ['a certified key', await rawCertify(host.tpm, Number(handle), nonce)],
    ['an attested time', await byTool(host, nonce, ['gettime', '-c', handle])],
    ['a certified creation', await certifiedCreation(host, nonce)],
    ['certified NV memory', await certifiedMemory(host, nonce)],
  ];
  for (const [name, signed] of attestations) {
    const input = documentFor(host, nonce, USUAL, signed, values);
    yield refused(name, 'an attestation of another type', 'wrong-type', input);
  }
}

async function byTool(
  { tpm, key }: RecordingHost,
  nonce: Buffer,
  [tool = '', ...args]: readonly string[],
): Promise<Signed> {
  const common = ['-q', nonce.toString('hex'), '-g', key.hash, '-s', key.scheme];
  await tpm.run(tool, ...args, ...common, '--attestation', 'other.attest', '-o', 'other.signature');
  return { quote: tpm.read('other.attest'), signature: tpm.read('other.signature') };
}

async function certifiedCreation(host: RecordingHost, nonce: Buffer): Promise<Signed> {
  const { tpm, key } = host;
  const creation = ['-d', 'creation.hash', '-t', 'creation.ticket'];
  await tpm.run('createprimary', '-C', 'o', '-G', 'ecc', '-c', 'made.ctx', ...creation);
  await tpm.run('flushcontext', '-t');
  const of = ['-C', key.handle, '-c', 'made.ctx', ...creation];
  return byTool(host, nonce, ['certifycreation', ...of]);
}

async function certifiedMemory(host: RecordingHost, nonce: Buffer): Promise<Signed> {
  const index = '0x1500016';
  await host.tpm.run(
    'nvdefine',
    '-C',
    'o',
    '-s',
    '32',
    '-a',
    'ownerread|ownerwrite|authread|authwrite',
    index,
  );
  host.tpm.write('memory', Buffer.alloc(32, 7));
  await host.tpm.run('nvwrite', '-C', 'o', '-i', 'memory', index);
  return byTool(host, nonce, [
    'nvcertify',
    '-C',
    host.key.handle,
    '-c',
    index,
    '--size',
    '32',
    index,
  ]);
}

/** The host has booted something else by now, and says what the verifier wants to hear. */
async function* drifted(host: RecordingHost): Recorder {
  await extend(host.tpm, 4, 'a kernel of the attacker');
  const golden = valuesAfterBoot(USUAL);
  const honest = await prove(host);
  yield refused('another kernel', 'and the host admits it', 'pcr-policy-mismatch', honest);
  const lying = { ...honest, evidence: { ...honest.evidence, pcr_values: golden } };
  yield refused(
    'another kernel denied',
    'the values are not those signed',
    'pcr-digest-mismatch',
    lying,
  );
  yield* goldenForged(host);
  yield* replayedElsewhere(host);
}

/** CVE-2024-29038: the forged bytes have the digest of the known-good values. */
async function* goldenForged(host: RecordingHost): Recorder {
  const nonce = randomBytes(32);
  const quote = await quoteOfCleanHost(nonce);
  const forged = Buffer.concat([Buffer.of(0xff, 0x54, 0x43, 0x48), quote.subarray(4)]);
  const signed = await signedAsData(host, forged);
  const input = documentFor(host, nonce, USUAL, signed, valuesAfterBoot(USUAL));
  const about =
    'CVE-2024-29038: known-good values in forged bytes, of a host that booted something else';
  yield refused('another kernel behind forged bytes', about, 'bad-magic', {
    ...input,
    enrolment: { ...input.enrolment, ak_qualified_name: null, firmware_version: null },
  });
}

async function quoteOfCleanHost(nonce: Buffer): Promise<Buffer> {
  const { tpm, key } = await bootedHost('clean');
  try {
    return (await quoteBy(tpm, key, nonce, 'sha256:0,2,4,7')).quote;
  } finally {
    await tpm.stop();
  }
}

/** CVE-2024-29039: the boot is played again into PCRs that are not in use, and those are quoted. */
async function* replayedElsewhere(host: RecordingHost): Recorder {
  const unused: Record<number, number> = { 0: 12, 2: 13, 4: 14, 7: 15 };
  for (const [pcr, text] of BOOT) await extend(host.tpm, unused[pcr] ?? 11, text);
  const input = await prove(host, { quoted: 'sha256:12,13,14,15' });
  const about = 'CVE-2024-29039: the digest is that of the known-good values';
  yield refused('the boot replayed into unused PCRs', about, 'pcr-selection-mismatch', {
    ...input,
    evidence: { ...input.evidence, pcr_values: valuesAfterBoot(USUAL) },
  });
}
