import type { Incident } from '../../domain/incident-record.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Webhook } from '../../domain/policy.ts';
import type { Follower } from '../follow/follow-once.ts';
import { type FollowingDeps, keepFollowing } from '../follow/keep-following.ts';
import { listensTo, notificationOf, type Notification } from './notification.ts';
import { statusAfter, type WebhookStatus } from './webhook-status.ts';

export interface WebhookLoopDeps extends Pick<
  FollowingDeps,
  'follow' | 'sleep' | 'stopping' | 'log'
> {
  incident: (id: string) => Promise<Incident | null>;
  /** One attempt: '' or what went wrong. */
  send: (webhook: Webhook, notification: Notification) => Promise<string>;
  /** The webhook as the running policy has it now; undefined once it has it no more. */
  find: () => Webhook | undefined;
  show: (status: WebhookStatus) => void;
}

/** Follows the ledger for one webhook until it is stopped or the policy drops it. Never rejects. */
export async function followWebhook(deps: WebhookLoopDeps, name: string): Promise<void> {
  const { follow, find, show, log, sleep, stopping } = deps;
  let status: WebhookStatus = { name, reached: 0, failing_since: '', last_error: '' };
  await keepFollowing({
    ...{ follow, sleep, stopping, log, name: `webhook/${name}` },
    find: () => {
      const webhook = find();
      return webhook && followerFor(deps, webhook);
    },
    show: (step) => {
      status = statusAfter(status, step, follow.now(), log);
      show(status);
    },
  });
}

function followerFor(deps: WebhookLoopDeps, webhook: Webhook): Follower {
  return {
    name: `webhook/${webhook.name}`,
    begins: 'at_the_head',
    patienceMs: webhook.timeout,
    concerns: (entry) => listensTo(webhook, entry),
    deal: (entry) => tell(deps, webhook, entry),
  };
}

async function tell(deps: WebhookLoopDeps, webhook: Webhook, entry: LedgerEntry): Promise<string> {
  const incident = entry.incident_id === '' ? null : await deps.incident(entry.incident_id);
  const notification = notificationOf(webhook, entry, incident);
  return notification === null ? '' : deps.send(webhook, notification);
}
