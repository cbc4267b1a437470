import type { AtBench, Bench } from './tpm-tools.ts';

/** The kinds of attestation key that a verifier accepts, and how tpm2-tools are asked for them. */
const KINDS = {
  'ecdsa-p256': ['-G', 'ecc', '-g', 'sha256', '-s', 'ecdsa'],
  'ecdsa-p384': ['-G', 'ecc384', '-g', 'sha384', '-s', 'ecdsa'],
  'rsassa-2048': ['-G', 'rsa', '-g', 'sha256', '-s', 'rsassa'],
  'rsapss-2048': ['-G', 'rsa', '-g', 'sha256', '-s', 'rsapss'],
} as const;
export type AkKind = keyof typeof KINDS;

/** Makes the keys of a TPM that has none yet, at the handles that it was opened with. */
export interface KeyMaker {
  /** False where a key was there already, which is left alone. */
  makeEk(): Promise<boolean>;
  makeAk(kind: AkKind): Promise<boolean>;
}

export function createKeys(
  atBench: AtBench,
  { akHandle, ekHandle }: { akHandle: string; ekHandle: string },
): KeyMaker {
  return {
    makeEk: () =>
      atBench((bench) =>
        unlessThere(bench, ekHandle, () =>
          thenFlushing(bench, () => bench.run('tpm2_createek', '-G', 'rsa', '-c', ekHandle)),
        ),
      ),
    makeAk: (kind) =>
      atBench((bench) =>
        unlessThere(bench, akHandle, async () => {
          const ak = ['-C', ekHandle, ...KINDS[kind], '-c', 'ak'];
          await thenFlushing(bench, () => bench.run('tpm2_createak', ...ak));
          const persist = ['-C', 'owner', '-c', 'ak', akHandle];
          await thenFlushing(bench, () => bench.run('tpm2_evictcontrol', ...persist));
        }),
      ),
  };
}

async function unlessThere(
  bench: Bench,
  handle: string,
  make: () => Promise<void>,
): Promise<boolean> {
  if (await bench.finds('tpm2_readpublic', '-c', handle)) return false;
  await make();
  return true;
}

/** A TPM without resource manager keeps what a tool loaded, and has three slots for it. */
async function thenFlushing(bench: Bench, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } finally {
    await bench.run('tpm2_flushcontext', '-t');
  }
}
