import type { Followers, Register } from '../../domain/ledger.ts';
import type { LedgerEntry } from '../../domain/ledger-entry.ts';
import type { Webhook } from '../../domain/policy.ts';
import { listensTo, notificationOf, type Notification } from './notification.ts';

/** Enough to pass quickly over what nobody listens to, few enough to be read again for each notification. */
const BATCH = 100;
/** For the ledger calls around an attempt; a server that dies is followed by another after this and its wait. */
const LEASE_MARGIN_MS = 10_000;

export interface FollowDeps {
  ledger: { register: Pick<Register, 'entriesAfter' | 'incident'>; followers: Followers };
  owner: string;
  now: () => number;
  /** One attempt: '' or what went wrong. */
  send: (webhook: Webhook, notification: Notification) => Promise<string>;
  /** The longest pause between two steps. */
  longestWaitMs: number;
}

/**
 * `elsewhere`: another server follows. `idle`: nothing new after `seq`. `advanced`: came on to `seq`. `failed`: the
 * next notification was not accepted.
 */
export type Step =
  | { result: 'elsewhere' }
  | { result: 'idle' | 'advanced'; seq: number }
  | { result: 'failed'; error: string };

/** One step along the ledger for one webhook: what it listens to is sent in order, and passed only when accepted. */
export async function followOnce(deps: FollowDeps, webhook: Webhook): Promise<Step> {
  const { ledger, owner, now } = deps;
  const name = followerName(webhook.name);
  // Renewed at every step, it covers one attempt and the pause after it.
  const lease = webhook.timeout + deps.longestWaitMs + LEASE_MARGIN_MS;
  const from = await ledger.followers.take(name, owner, now(), now() + lease);
  if (from === null) return { result: 'elsewhere' };
  const entries = await ledger.register.entriesAfter(from, BATCH);
  const next = entries.find((entry) => listensTo(webhook, entry));
  const error = next === undefined ? '' : await tell(deps, webhook, next);
  if (error !== '') return { result: 'failed', error };
  const seq = (next ?? entries.at(-1))?.seq ?? from;
  if (seq === from) return { result: 'idle', seq };
  await ledger.followers.reached(name, owner, seq);
  return { result: 'advanced', seq };
}

async function tell(deps: FollowDeps, webhook: Webhook, entry: LedgerEntry): Promise<string> {
  const { register } = deps.ledger;
  const incident = entry.incident_id === '' ? null : await register.incident(entry.incident_id);
  const notification = notificationOf(webhook, entry, incident);
  return notification === null ? '' : deps.send(webhook, notification);
}

/** Lets another server follow at once. */
export async function letGo({ ledger, owner, now }: FollowDeps, webhook: string): Promise<void> {
  await ledger.followers.take(followerName(webhook), owner, now(), now());
}

function followerName(webhook: string): string {
  return `webhook/${webhook}`;
}
