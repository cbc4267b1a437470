import { readFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { z } from 'zod';
import { rangeSocket } from '../../../src/range/range.ts';
import { tokenFile } from '../../../src/range/secrets.ts';

type Service = 'onepassword' | 'issuer';

export interface Asked {
  method?: string;
  /** Instead of the service's own. */
  token?: string;
  key?: string;
  body?: unknown;
}

const itemSchema = z.object({
  version: z.int(),
  updatedAt: z.string(),
  fields: z.array(z.object({ id: z.string(), label: z.string(), value: z.string() })),
});
const listSchema = z.array(z.object({ id: z.string() }));

/** Whoever holds the tokens of the vault and the issuer of a range, and speaks to them as their clients do. */
export function vaultDesk(home: string) {
  const ask = (name: Service, path: string, { method = 'GET', token, key, body }: Asked = {}) =>
    new Promise<{ status: number; body: unknown }>((resolve, reject) => {
      const ours = readFileSync(join(home, tokenFile(name)), 'utf8').trim();
      const headers = {
        authorization: `Bearer ${token ?? ours}`,
        ...(key !== undefined && { 'idempotency-key': key }),
      };
      const where = { socketPath: rangeSocket(home, name), agent: false, path, method, headers };
      const answered = async (response: IncomingMessage) => {
        const text = (await response.setEncoding('utf8').toArray()).join('');
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) });
      };
      const call = request(where, (response) => void answered(response).catch(reject));
      call.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
    });
  const pathOf = async (title: string) => {
    const [vault] = listSchema.parse((await ask('onepassword', '/v1/vaults')).body);
    const filter = encodeURIComponent(`title eq "${title}"`);
    const items = `/v1/vaults/${vault?.id}/items`;
    const [item] = listSchema.parse((await ask('onepassword', `${items}?filter=${filter}`)).body);
    return `${items}/${item?.id}`;
  };
  const item = async (title: string) =>
    itemSchema.parse((await ask('onepassword', await pathOf(title))).body);
  return {
    ask,
    pathOf,
    item,
    secret: async (title: string) =>
      (await item(title)).fields.find(({ id }) => id === 'credential')?.value ?? '',
    /** What a bearer of the secret is answered. */
    present: async (secret: string) =>
      (await ask('issuer', '/v1/whoami', { token: secret })).status,
  };
}
