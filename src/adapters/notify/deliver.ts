import { resolve } from 'node:path';
import { request, type Dispatcher } from 'undici';
import type { Webhook } from '../../domain/policy.ts';
import type { Notification } from './notification.ts';
import { signedHeaders } from './sign-webhook.ts';
import { readWebhookSecret } from './webhook-secret.ts';

export interface DeliveryDeps {
  dispatcher: Dispatcher;
  /** CORDON_HOME: what a relative secret file is below. */
  home: string;
  now: () => number;
}

/**
 * One attempt. '' where the receiver accepted it with a 2xx, else what went wrong, in words that hold neither the
 * secret nor the URL, which may be one itself. Redirects are not followed: they would carry the incident elsewhere.
 */
export async function deliver(
  { dispatcher, home, now }: DeliveryDeps,
  webhook: Webhook,
  notification: Notification,
  stopped: AbortSignal,
): Promise<string> {
  const key = await readWebhookSecret(resolve(home, webhook.secret_file));
  if (key === null) return `${webhook.secret_file} holds no secret (whsec_…)`;
  const body = JSON.stringify(notification);
  const late = AbortSignal.timeout(webhook.timeout);
  try {
    const response = await request(webhook.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...signedHeaders(key, notification.id, now(), body),
      },
      body,
      dispatcher,
      signal: AbortSignal.any([late, stopped]),
    });
    await response.body.dump();
    const { statusCode } = response;
    return statusCode >= 200 && statusCode < 300 ? '' : `answered ${statusCode}`;
  } catch (cause) {
    return late.aborted ? `no answer within ${webhook.timeout} ms` : unreachable(cause);
  }
}

function unreachable(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return `cannot be reached${code}`;
}
