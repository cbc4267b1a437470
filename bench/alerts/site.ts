import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsApart } from '../../src/throw-away.ts';
import { writePolicy } from './policy.ts';
import { createSender, type Sender } from './sender.ts';

/** So many callers, one after the other each, for so long. */
export interface FloorAsked {
  senders: number;
  seconds: number;
}

/** A server in a process of its own, with its ledger and the shipped rules, and no engine. */
export interface Site {
  sender: Sender;
  /** Bare commits a second, in the same ledger. */
  floor(asked: FloorAsked): Promise<number>;
  stop(): Promise<void>;
}

/** `profile`: the directory for a CPU profile of the server, '' for none. */
export async function startSite(profile: string): Promise<Site> {
  const home = await mkdtemp(join(tmpdir(), 'cordon-bench-'));
  const settings = {
    ...(await settingsApart(home)),
    CONTAINMENT_POLICY_PATH: await writePolicy(join(home, 'policy')),
  };
  const child = fork(fileURLToPath(new URL('./process.ts', import.meta.url)), {
    execArgv: [
      '--disable-warning=ExperimentalWarning',
      ...(profile === '' ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ],
    // What waits for an engine is of no interest here.
    env: { ...process.env, ...settings, LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [url] = (await once(child, 'message')) as [string];
  const sender = await createSender(url, home);
  return {
    sender,
    floor: async (asked) => {
      child.send(asked);
      const [perSecond] = (await once(child, 'message')) as [number];
      return perSecond;
    },
    stop: async () => {
      await sender.close();
      child.send('stop');
      await once(child, 'exit');
      await rm(home, { recursive: true, force: true });
    },
  };
}
