import type { RecordingTpm } from './recording-tpm.ts';

/** What happens to the power of a machine, as its TPM sees it (TPM 2.0 Library, part 1, 12.2). */
export async function reset({ run, ioctl }: RecordingTpm): Promise<void> {
  await run('shutdown', '-c');
  await ioctl('-i');
  await run('startup', '-c');
}

export async function suspendAndResume({ run, ioctl }: RecordingTpm): Promise<void> {
  await run('shutdown');
  await ioctl('-i');
  await run('startup');
}

/** The TPM saves its state, and is started as if it had not: its PCRs start anew, its resets are not counted. */
export async function restart({ run, ioctl }: RecordingTpm): Promise<void> {
  await run('shutdown');
  await ioctl('-i');
  await run('startup', '-c');
}

export async function powerCut({ run, ioctl }: RecordingTpm): Promise<void> {
  await ioctl('-i');
  await run('startup', '-c');
}
