import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ownPorts } from '../own-ports.ts';
import { startSender } from './sender.ts';

/** How often it looks whether a group has something to be sent, and how often it says the same again. */
const SOON = { group_wait: '1s', group_interval: '1s', repeat_interval: '2s' };

export interface Alertmanager {
  /** Fires an alert with these labels, as Prometheus does; one that has ended is over. */
  fire(labels: Record<string, string>, endsAt?: Date): Promise<void>;
  /** How many requests to its webhooks were not answered, or not with 2xx. */
  failures(): Promise<number>;
  stop(): Promise<void>;
}

/** With a webhook that shows a bearer token, and one that shows name and token for alerts of the label `by: basic`. */
export async function startAlertmanager(
  command: string,
  webhook: { url: string; user: string; tokenFile: string },
): Promise<Alertmanager> {
  const folder = await mkdtemp(join(tmpdir(), 'cordon-am-'));
  const { url, user: username, tokenFile } = webhook;
  const bearer = { authorization: { credentials_file: tokenFile } };
  const basic = { basic_auth: { username, password_file: tokenFile } };
  const receivers = Object.entries({ bearer, basic }).map(([name, http_config]) => {
    return { name, webhook_configs: [{ url, http_config }] };
  });
  const routes = [{ receiver: 'basic', matchers: ['by = basic'] }];
  const route = { receiver: 'bearer', group_by: ['alertname', 'agent'], ...SOON, routes };
  await writeFile(join(folder, 'config.yml'), stringify({ route, receivers }));

  const [port] = await ownPorts(1);
  const own = `http://127.0.0.1:${port}`;
  const args = [
    `--config.file=${join(folder, 'config.yml')}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const isReady = async () => (await fetch(`${own}/-/ready`)).ok;
  const sender = await startSender(folder, command, args, isReady);
  return {
    fire: async (labels, endsAt) => {
      const alert = { labels, ...(endsAt && { endsAt: endsAt.toISOString() }) };
      const response = await fetch(`${own}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([alert]),
      });
      if (!response.ok) throw new Error(await response.text());
    },
    failures: async () => {
      const metrics = await (await fetch(`${own}/metrics`)).text();
      const name = 'alertmanager_notification_requests_failed_total{integration="webhook"} ';
      const line = metrics.split('\n').find((each) => each.startsWith(name));
      return Number(line?.slice(name.length) ?? 0);
    },
    stop: async () => {
      await sender.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
