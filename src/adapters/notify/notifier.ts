import { Agent } from 'undici';
import type { Followers, Register } from '../../domain/ledger.ts';
import type { Policy, Webhook } from '../../domain/policy.ts';
import type { FollowDeps } from '../follow/follow-once.ts';
import {
  type FollowLog,
  LONGEST_WAIT_MS,
  pause,
  POLL_MS,
  type Sleep,
} from '../follow/keep-following.ts';
import { deliver } from './deliver.ts';
import { followWebhook } from './follow-webhook.ts';
import type { Notification } from './notification.ts';
import type { WebhookStatus } from './webhook-status.ts';

export interface NotifierDeps {
  /** The running policy, asked at every step, so that a reload adds, changes and drops webhooks. */
  policy: () => Policy;
  ledger: { register: Pick<Register, 'entriesAfter' | 'incident'>; followers: Followers };
  /** Milliseconds since the epoch. */
  now: () => number;
  log: FollowLog;
  /** CORDON_HOME. */
  home: string;
  /** This server, as leases name it. */
  owner: string;
  sleep?: Sleep;
}

export interface Notifier {
  /** The webhooks of the running policy, as this server sees them. */
  status(): WebhookStatus[];
  /** Resolves when nothing is on its way any more. */
  stop(): Promise<void>;
}

/**
 * Tells webhooks of the ledger's events: in order, at least once, for as long as it takes. Each is followed for
 * itself, so that one that fails delays no other, and by one server at a time.
 */
export function startNotifier(deps: NotifierDeps): Notifier {
  const { policy, ledger, owner, home, now, log, sleep = pause } = deps;
  const stopper = new AbortController();
  const stopping = stopper.signal;
  const dispatcher = new Agent();
  const follow: FollowDeps = { ledger, owner, now, longestWaitMs: LONGEST_WAIT_MS };
  const incident = (id: string) => ledger.register.incident(id);
  const send = (webhook: Webhook, notification: Notification) =>
    deliver({ dispatcher, home, now }, webhook, notification, stopping);
  const statuses = new Map<string, WebhookStatus>();
  const running = new Map<string, Promise<void>>();

  const start = async (name: string) => {
    const find = () => policy().notifications.webhooks.find((webhook) => webhook.name === name);
    const show = (status: WebhookStatus) => void statuses.set(name, status);
    await followWebhook({ follow, incident, send, find, show, sleep, stopping, log }, name);
    running.delete(name);
    statuses.delete(name);
  };
  const supervise = async () => {
    while (!stopping.aborted) {
      for (const { name } of policy().notifications.webhooks) {
        if (!running.has(name)) running.set(name, start(name));
      }
      await sleep(POLL_MS, stopping);
    }
  };
  const supervised = supervise();

  return {
    status: () => [...statuses.values()],
    stop: async () => {
      stopper.abort();
      await supervised;
      await Promise.all(running.values());
      await dispatcher.destroy();
    },
  };
}
