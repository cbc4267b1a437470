import { constants, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ALG } from '../src/evidence/tpm/algorithms.ts';
import { fitKey } from '../src/evidence/tpm/attestation-key.ts';
import { parsePublic } from '../src/evidence/tpm/public.ts';
import { verifyQuote } from '../src/evidence/tpm/quote.ts';
import { Reader } from '../src/evidence/tpm/reader.ts';
import { quantile } from './quantile.ts';
import { print, type Row } from './table.ts';

/** Recorded quotes, each of which is accepted. */
const VECTORS = new URL('../test/evidence/tpm/vectors/accepted.json', import.meta.url);
const SCHEMES = ['ECDSA on P-256', 'ECDSA on P-384', 'RSASSA of 2048', 'RSAPSS of 2048'];
const ROUNDS = 20;
const CHECKS_A_ROUND = 50;
/** Of a whole check, in microseconds. */
const REACH_US = 300;

const PADDINGS = new Map<number, object>([
  [ALG.rsassa, { padding: constants.RSA_PKCS1_PADDING }],
  [ALG.rsapss, { padding: constants.RSA_PKCS1_PSS_PADDING }],
]);

const vectorsSchema = z.object({
  vectors: z.array(
    z.object({
      name: z.string(),
      input: z.looseObject({
        evidence: z.looseObject({
          quote: z.string(),
          signature: z.string(),
          ak_public: z.string(),
        }),
      }),
    }),
  ),
});
type Input = z.infer<typeof vectorsSchema>['vectors'][number]['input'];

const { vectors } = vectorsSchema.parse(JSON.parse(readFileSync(VECTORS, 'utf8')));
const rows = SCHEMES.flatMap((scheme) =>
  vectors.filter(({ name }) => name.startsWith(scheme)).map(({ name, input }) => row(name, input)),
);
print(rows, process.argv.includes('--json'));

/** Rounds are interleaved, so that what else the machine does falls on both alike. */
function row(name: string, input: Input): Row {
  if (!verifyQuote(input).accepted) throw new Error(`${name} is not accepted`);
  const bare = bareVerification(input);
  const ours: number[] = [];
  const floors: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    floors.push(meanUs(bare));
    ours.push(meanUs(() => verifyQuote(input)));
  }
  const [value, floor] = [quantile(ours, 0.5), quantile(floors, 0.5)];
  return { figure: `${name}: µs a check`, value, floor, reach: REACH_US };
}

/** What no check can do without: the key from its numbers, and its signature over the quote. */
function bareVerification({ evidence }: Input): () => void {
  const quote = Buffer.from(evidence.quote, 'base64');
  const area = Buffer.from(evidence.ak_public, 'base64');
  const signature = Buffer.from(evidence.signature, 'base64');
  const { hash, scheme } = fitKey(parsePublic(area).key);
  const value = bareSignature(signature, scheme === ALG.ecdsa);
  const how = PADDINGS.get(scheme) ?? { dsaEncoding: 'ieee-p1363' };
  return () => {
    const { key } = fitKey(parsePublic(area).key);
    if (!verify(hash.name, quote, { key, ...how }, value)) throw new Error('it does not verify');
  };
}

/** The numbers of a TPMT_SIGNATURE, behind its two algorithms. */
function bareSignature(signature: Buffer, isPair: boolean): Buffer {
  const reader = new Reader(signature.subarray(4));
  const first = reader.sized(signature.length);
  return Buffer.concat(isPair ? [first, reader.sized(signature.length)] : [first]);
}

function meanUs(work: () => void): number {
  const began = performance.now();
  for (let check = 0; check < CHECKS_A_ROUND; check += 1) work();
  return ((performance.now() - began) * 1_000) / CHECKS_A_ROUND;
}
