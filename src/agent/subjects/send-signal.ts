import { errorCode } from './gone.ts';
import { pin } from './pinned-process.ts';

/** Harmless where the process is gone. */
export function sendSignal(pid: number, name: NodeJS.Signals): void {
  // Node has no pidfd: the pin narrows to microseconds the time in which the number may pass to another process.
  const pinned = pin(pid);
  try {
    if (pinned?.isThere()) process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  } finally {
    pinned?.close();
  }
}
