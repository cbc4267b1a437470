import type { ForwardRequest, ForwardStatus } from './cli/roots.ts';
import { type Env, readConfig } from './config.ts';
import { startForwarder } from './forward/forwarder.ts';
import { readStatus } from './forward/status.ts';
import { createLog } from './log.ts';
import { untilAskedToStop } from './stop-signals.ts';

/** A forwarder beside a detector, until it is asked to stop or has nothing more to do. */
export async function runForwarder(env: Env, request: ForwardRequest): Promise<void> {
  const log = createLog(readConfig(env).LOG_LEVEL, 'cordon-forward');
  const asked = untilAskedToStop();
  const { name, url, detector: format, tokenFile, files, socket, spool, gzip } = request;
  const forwarder = await startForwarder({
    posting: { name, url, format, tokenFile, fetch, now: () => Date.now() },
    ...{ files, socket, spool, gzip, log },
    limit: request.spoolLimit,
    stdin: request.stdin ? process.stdin : null,
  });
  log.info({ to: url, detector: format, spool, files, socket, stdin: request.stdin }, 'forwarding');
  await Promise.race([asked, forwarder.ended]);
  await forwarder.stop();
  log.info({ spool }, 'stopped');
}

export async function forwardStatus(spool: string): Promise<ForwardStatus> {
  return readStatus(spool);
}
