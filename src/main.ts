import { processIo } from './cli/io.ts';
import { run } from './cli/run.ts';
import { describeConfig } from './config.ts';
import { verifyLocalLedger, withLedger } from './local-ledger.ts';
import { probes } from './probes.ts';
import { runBootstrap, runRange, runServer, runWorker } from './roles.ts';
import { throwAway } from './throw-away.ts';
import { runUp } from './up.ts';

const roots = {
  runUp,
  runServer,
  runWorker,
  runBootstrap,
  runRange,
  withLedger,
  verifyLedger: verifyLocalLedger,
  throwAway,
  describeConfig,
  probes,
};

process.exitCode = await run(process.argv.slice(2), roots, processIo());
