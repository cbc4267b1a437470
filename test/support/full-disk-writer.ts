/** Writes to the ledger at a URL until it refuses; run under a file size limit, so that the disk seems full. */
import { openLedger } from '../../src/adapters/ledger/ledger.ts';
import { Fault } from '../../src/domain/fault.ts';
import { admission } from './admissions.ts';

// The signal would end the process; handled, the write fails instead, as on a full disk.
process.on('SIGXFSZ', () => {});

const AT_MOST = 5_000;
const ledger = await openLedger({ url: process.argv[2] ?? '', mirrorPath: '' });
const reports = await untilRefused((number) => ledger.log.admit(admission(number)));
const probes = await untilRefused(() => ledger.register.probe());
const readable = (await ledger.register.stats()).total_incidents;
await ledger.close();
console.log(JSON.stringify({ reports, probes, readable }));

/** How often it was done before it was refused, and with which code. */
async function untilRefused(
  attempt: (number: number) => Promise<unknown>,
): Promise<{ done: number; code: string }> {
  for (let done = 0; done < AT_MOST; done += 1) {
    try {
      await attempt(done);
    } catch (error) {
      return { done, code: error instanceof Fault ? error.code : String(error) };
    }
  }
  return { done: AT_MOST, code: 'never refused' };
}
