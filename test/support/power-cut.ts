import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bootMeasurements } from '../../src/range/practice-boot.ts';
import { tool } from './software-tpm.ts';

/** The host of the range on this home loses its power without a shutdown, and boots again. */
export async function cutPower(home: string): Promise<void> {
  const socket = join(home, 'run', 'tpm.sock');
  const tcti = `swtpm:path=${socket}`;
  await promisify(execFile)('swtpm_ioctl', ['--unix', `${socket}.ctrl`, '-i'], { timeout: 5_000 });
  await tool(tcti, 'tpm2_startup', '-c');
  for (const { pcr, digest } of bootMeasurements()) {
    await tool(tcti, 'tpm2_pcrextend', `${pcr}:sha256=${digest}`);
  }
}
