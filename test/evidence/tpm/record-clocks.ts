import { powerCut, reset, restart, suspendAndResume } from './power.ts';
import { accepted, refused, type Recorder } from './recorder.ts';
import {
  boot,
  bootedHost,
  hostWith,
  lastAccepted,
  prove,
  restrictedPrimary,
  type RecordingHost,
} from './recording-host.ts';
import type { QuoteDocument } from './vectors.ts';

interface Power {
  name: string;
  happens: (tpm: RecordingHost['tpm']) => Promise<void>;
  /** Whether the PCRs start anew, whether the TPM counts it as a reset, and whether its clock is still safe. */
  boots: boolean;
  resets: boolean;
  safe: boolean;
}

const POWER: readonly Power[] = [
  { name: 'a reset', happens: reset, boots: true, resets: true, safe: true },
  { name: 'a suspend', happens: suspendAndResume, boots: false, resets: false, safe: true },
  { name: 'a restart', happens: restart, boots: true, resets: false, safe: true },
  { name: 'a power cut', happens: powerCut, boots: true, resets: true, safe: false },
];

/** Quotes before and after what may happen to the power of a machine, and after its owner clears the TPM. */
export async function* recordClocks(): Recorder {
  const host = await bootedHost('web-1');
  try {
    yield* running(host);
    for (const power of POWER) yield* after(power, host);
    yield* suspendedThenReset(host);
    yield* cleared(host);
  } finally {
    await host.tpm.stop();
  }
}

async function* running(host: RecordingHost): Recorder {
  const first = await prove(host);
  const second = await prove(host);
  const about = 'only the clock tells them apart';
  yield accepted('a second quote', about, later(second, first));
  yield refused('the first quote after the second', about, 'clock-rollback', later(first, second));
  yield refused('the very quote again', 'it was accepted', 'clock-rollback', later(second, second));
}

async function* after(power: Power, host: RecordingHost): Recorder {
  const { name, happens, boots, resets, safe } = power;
  const before = await prove(host);
  await happens(host.tpm);
  if (boots) await boot(host.tpm);
  const now = later(await prove(host), before);
  yield accepted(`a quote after ${name}`, 'the last accepted one is from before', now);
  const old = later(before, now);
  yield refused(
    `a quote from before ${name}`,
    'one from after it was accepted',
    'clock-rollback',
    old,
  );
  const above = { require_reset_count_above: lastAccepted(before).reset_count };
  const asked = { ...now, policy: { ...now.policy, ...above } };
  yield resets
    ? accepted(`${name} where a reset is asked for`, 'it is one', asked)
    : refused(`${name} where a reset is asked for`, 'it is none', 'reboot-required', asked);
  const sure = { ...now, policy: { ...now.policy, require_clock_safe: true } };
  yield safe
    ? accepted(`${name} where a safe clock is asked for`, 'the TPM says so', sure)
    : refused(`${name} where a safe clock is asked for`, 'it is not', 'clock-unsafe', sure);
}

/** The restarts start anew at a reset, which is no rollback. */
async function* suspendedThenReset(host: RecordingHost): Recorder {
  await suspendAndResume(host.tpm);
  await suspendAndResume(host.tpm);
  const before = await prove(host);
  await reset(host.tpm);
  await boot(host.tpm);
  const now = later(await prove(host), before);
  yield accepted('a reset after suspends', 'the count of restarts is lower than before', now);
}

/** A primary key comes back after TPM2_Clear, the very same, with all counts at zero. */
async function* cleared({ id, tpm }: RecordingHost): Recorder {
  const before = await prove(await hostWith(tpm, id, await restrictedPrimary(tpm, 'e')));
  await tpm.run('clear', '-c', 'p');
  const host = await hostWith(tpm, id, await restrictedPrimary(tpm, 'e'));
  const now = later(await prove(host), before);
  if (now.evidence.ak_public !== before.evidence.ak_public)
    throw new Error('another key came back');
  yield accepted('a cleared TPM of which nothing is known', 'no quote was accepted yet', {
    ...now,
    last_accepted: null,
  });
  yield refused('a cleared TPM', 'the same key with its counts at zero', 'clock-rollback', now);
}

function later(now: QuoteDocument, before: QuoteDocument): QuoteDocument {
  return { ...now, last_accepted: lastAccepted(before) };
}
