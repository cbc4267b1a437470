import { randomBytes } from 'node:crypto';
import { valuesAfterBoot } from './boot-events.ts';
import { reset } from './power.ts';
import { rawQuote } from './raw-commands.ts';
import { refused, type Recorder } from './recorder.ts';
import {
  bootedHost,
  documentFor,
  prove,
  readPcrs,
  USUAL,
  type RecordingHost,
} from './recording-host.ts';
import type { QuoteDocument } from './vectors.ts';

/** Selections that the tools make, where the policy asks for PCRs 0, 2, 4 and 7 of the SHA-256 bank. */
const BY_TOOL = [
  ['fewer PCRs', 'sha256:0,2,4'],
  ['a single PCR', 'sha256:7'],
  ['more PCRs', 'sha256:0,2,4,7,10'],
  ['other PCRs', 'sha256:1,3,5,6'],
  ['the SHA-1 bank', 'sha1:0,2,4,7'],
  ['the SHA-384 bank where SHA-256 is asked', 'sha384:0,2,4,7'],
  ['a second bank', 'sha256:0,2,4,7+sha1:0'],
  ['a bank before the asked one', 'sha384:0+sha256:0,2,4,7'],
] as const;

/** Selections that only bare commands make. */
const BY_COMMAND = [
  ['no PCR at all', []],
  ['an empty bank', [[0x000b, '000000']]],
  [
    'an empty bank behind the asked one',
    [
      [0x000b, '950000'],
      [0x000c, '000000'],
    ],
  ],
  [
    'the bank twice',
    [
      [0x000b, '950000'],
      [0x000b, '950000'],
    ],
  ],
  [
    'the bank in two parts',
    [
      [0x000b, '050000'],
      [0x000b, '900000'],
    ],
  ],
] as const;

/** Real quotes over other PCRs than the policy asks for, each with the values that the policy wants to see. */
export async function* recordSelections(): Recorder {
  const host = await bootedHost('web-1');
  try {
    for (const [name, quoted] of BY_TOOL) {
      yield refusedSelection(name, 'signed by the TPM', await prove(host, { quoted }));
    }
    yield* byCommand(host);
    yield* otherOrder(host);
    yield* switchedOff(host);
  } finally {
    await host.tpm.stop();
  }
}

async function* byCommand(host: RecordingHost): Recorder {
  for (const [name, banks] of BY_COMMAND) {
    const nonce = randomBytes(32);
    const signed = await rawQuote(host.tpm, Number(host.key.handle), nonce, banks);
    const input = documentFor(host, nonce, USUAL, signed, await readPcrs(host.tpm, USUAL));
    yield refusedSelection(name, 'signed by the TPM, which no tool would ask for it', input);
  }
}

async function* otherOrder(host: RecordingHost): Recorder {
  const selection = [
    { bank: 'sha256', pcrs: [0, 2, 4, 7] },
    { bank: 'sha384', pcrs: [0] },
  ];
  const quoted = 'sha384:0+sha256:0,2,4,7';
  const input = await prove(host, { selection, quoted });
  yield refusedSelection('the banks in another order', 'signed by the TPM', input);
}

/** The TPM clears the bits of a bank that is switched off, and signs the digest of nothing. */
async function* switchedOff(host: RecordingHost): Recorder {
  const { tpm, key } = host;
  await tpm.run('pcrallocate', 'sha1:all+sha256:none+sha384:all+sha512:none');
  await reset(tpm);
  const nonce = randomBytes(32);
  const signed = await rawQuote(tpm, Number(key.handle), nonce, [[0x000b, '950000']]);
  const values = valuesAfterBoot(USUAL);
  const input = documentFor(host, nonce, USUAL, signed, values);
  yield refusedSelection('a bank that is switched off', 'the quote is over nothing', input);
}

function refusedSelection(name: string, about: string, input: QuoteDocument) {
  return refused(name, about, 'pcr-selection-mismatch', input);
}
