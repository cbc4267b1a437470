import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

let quiet = false;

/** Lets the engine's client speak of errors only: a test that stops the engine knows that connections are lost. */
export function quieten(): void {
  if (quiet) return;
  quiet = true;
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { filter } },
    shutdownSignals: [],
  });
}
