import type { Client } from '@temporalio/client';
import type { Logger } from 'pino';

const LOOK_EVERY_MS = 2_000;
const ANSWER_WITHIN_MS = 1_500;

export interface EngineWatch {
  status(): { connected: boolean; since: string };
  stop(): void;
}

/** Asks the engine whether it is there, again and again, and says so when the answer changes. */
export function watchEngine(client: Client, log: Logger): EngineWatch {
  let connected = false;
  let since = new Date().toISOString();
  const look = async () => {
    const answered = await answers(client);
    if (answered === connected) return;
    connected = answered;
    since = new Date().toISOString();
    if (connected) log.info({}, 'the workflow engine answers');
    else
      log.error(
        {},
        'the workflow engine does not answer; reports are kept and started when it is back',
      );
  };
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  return { status: () => ({ connected, since }), stop: () => clearInterval(timer) };
}

async function answers(client: Client): Promise<boolean> {
  try {
    await client.withDeadline(Date.now() + ANSWER_WITHIN_MS, () =>
      client.workflowService.getSystemInfo({}),
    );
    return true;
  } catch {
    return false;
  }
}
