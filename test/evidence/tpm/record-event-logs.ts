import { valuesAfterBoot } from './boot-events.ts';
import { bootLog } from './event-log-bytes.ts';
import { rawStartup } from './raw-commands.ts';
import { accepted, refused, type Recorder } from './recorder.ts';
import {
  attestationKey,
  base64,
  boot,
  bootedHost,
  extend,
  hostWith,
  P256,
  prove,
  type RecordingHost,
} from './recording-host.ts';
import { startTpm } from './recording-tpm.ts';
import type { QuoteDocument, Selection } from './vectors.ts';

const BANKS = ['sha1', 'sha256', 'sha384'] as const;
const TWO_BANKS: Selection = [
  { bank: 'sha256', pcrs: [0, 2, 4, 7] },
  { bank: 'sha384', pcrs: [0, 2, 4, 7] },
];
/** Of the code that measures a machine before its own firmware runs. */
const LOCALITY = 3;

/** Quotes with logs of the very extends that led to them; a software TPM keeps no log of its own. */
export async function* recordEventLogs(): Recorder {
  const host = await bootedHost('web-1');
  try {
    yield* logged(host);
  } finally {
    await host.tpm.stop();
  }
  yield* startedFromOtherLocality();
}

async function* logged(host: RecordingHost): Recorder {
  const input = await prove(host, { selection: TWO_BANKS });
  const log = bootLog(BANKS);
  yield accepted('a log that leads to the PCRs', 'of both banks', withLog(input, log));
  yield refused('no log', 'the policy asks for one', 'event-log-missing', withLog(input, null));
  const cut = withLog(input, log.subarray(0, -1));
  yield refused('a log cut short', 'by a byte', 'event-log-malformed', cut);
  const other = withLog(input, bootLog(BANKS, LOCALITY));
  yield refused('a log of another locality', 'for PCR 0', 'event-log-mismatch', other);
  await extend(host.tpm, 7, 'something that was not logged');
  const more = await prove(host, { selection: TWO_BANKS });
  more.policy.golden_pcrs = more.evidence.pcr_values;
  yield refused('a log that lacks an event', 'of PCR 7', 'event-log-mismatch', withLog(more, log));
}

async function* startedFromOtherLocality(): Recorder {
  const tpm = await startTpm({ startup: false });
  try {
    await tpm.ioctl('-l', String(LOCALITY));
    await rawStartup(tpm);
    await boot(tpm);
    const host = await hostWith(tpm, 'web-1', await attestationKey(tpm, P256));
    const input = await prove(host, { selection: TWO_BANKS });
    input.policy.golden_pcrs = valuesAfterBoot(TWO_BANKS, LOCALITY);
    const log = bootLog(BANKS, LOCALITY);
    yield accepted('a log of a start-up from locality 3', 'PCR 0 starts at 3', withLog(input, log));
    const silent = withLog(input, bootLog(BANKS));
    yield refused('a log silent of its locality', 'which was 3', 'event-log-mismatch', silent);
  } finally {
    await tpm.stop();
  }
}

function withLog(input: QuoteDocument, log: Uint8Array | null): QuoteDocument {
  const evidence = log === null ? {} : { event_log: base64(log) };
  return {
    ...input,
    policy: { ...input.policy, require_event_log: true },
    evidence: { ...input.evidence, ...evidence },
  };
}
