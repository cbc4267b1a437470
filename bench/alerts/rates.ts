import type { AlertFormatName } from '../../src/domain/alert.ts';
import { keepBusy } from '../load.ts';
import { median } from '../quantile.ts';
import type { Row } from '../table.ts';
import { distinctAlerts, type Distinct } from './distinct.ts';
import { startSite, type Site } from './site.ts';

/** As many as the connections of a busy detector. */
const SENDERS = 8;
/** As a forwarder sends them that has fallen behind. */
const BATCH = 500;
/** Shares of the floor that are meant to be reached. */
const AIMS = { single: 0.5, batch: 5 };

export interface RatesAsked {
  formats: readonly AlertFormatName[];
  rounds: number;
  /** Of each case and of each floor. */
  seconds: number;
  /** A directory for the CPU profile of the server; '' for none. */
  profile: string;
}

/** What one round has found, in alerts or commits a second. */
interface Found {
  alone: number;
  single: number;
  together: number;
  batch: number;
}

/** One format, and what was found of it. */
interface Case {
  format: AlertFormatName;
  alert: Distinct;
  found: Found[];
}

/** Alerts a second that are in the ledger when they are answered, by format, beside bare commits of the same ledger. */
export async function rates(asked: RatesAsked): Promise<Row[]> {
  const cases = await Promise.all(
    asked.formats.map(async (format): Promise<Case> => {
      return { format, alert: await distinctAlerts(format), found: [] };
    }),
  );
  const site = await startSite(asked.profile);
  try {
    // The incident that all others join.
    for (const { format, alert } of cases) await site.sender.send(format, batchOf(alert, BATCH));
    for (let round = 1; round <= asked.rounds; round += 1) {
      for (const one of cases) {
        process.stderr.write(`round ${round} of ${asked.rounds}: ${one.format}\n`);
        one.found.push(await measure(site, one, asked.seconds));
      }
    }
  } finally {
    await site.stop();
  }
  return cases.flatMap(rowsOf);
}

/** Floors and cases are interleaved, so that what else the machine does falls on all alike. */
async function measure(site: Site, { format, alert }: Case, seconds: number): Promise<Found> {
  const accepted = async (size: number) => {
    let count = 0;
    const startedMs = performance.now();
    await keepBusy(SENDERS, startedMs + seconds * 1_000, async () => {
      await site.sender.send(format, batchOf(alert, size));
      count += size;
    });
    return (count * 1_000) / (performance.now() - startedMs);
  };
  return {
    alone: await site.floor({ senders: 1, seconds }),
    single: await accepted(1),
    together: await site.floor({ senders: SENDERS, seconds }),
    batch: await accepted(BATCH),
  };
}

function batchOf(alert: Distinct, size: number): string[] {
  return Array.from({ length: size }, alert);
}

function rowsOf({ format, found }: Case): Row[] {
  const of = (name: keyof Found) => median(found.map((round) => round[name]));
  return (['single', 'batch'] as const).flatMap((name) => {
    const figure = `${format}, ${name === 'single' ? 1 : BATCH} a call: alerts/s`;
    const row = { value: of(name), atLeast: AIMS[name] };
    return [
      { ...row, figure: `${figure} (floor: 1 sender)`, floor: of('alone') },
      { ...row, figure: `${figure} (floor: ${SENDERS} senders)`, floor: of('together') },
    ];
  });
}
