import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parse } from 'yaml';
import { readFileSync } from 'node:fs';
import { inventorySchema } from '../../../src/domain/inventory.ts';
import { PRACTICE_SECRETS, PRACTICE_VAULT } from '../../../src/range/secrets/practice-secrets.ts';
import { startPractice, type Practice } from '../practice.ts';
import { vaultDesk } from './vault-desk.ts';

let practice: Practice;
let desk: ReturnType<typeof vaultDesk>;
beforeEach(async () => {
  practice = await startPractice();
  desk = vaultDesk(practice.home);
});
afterEach(() => practice.stop());

const secretIn = (body: unknown) => z.object({ secret: z.string() }).parse(body).secret;
const order = (what: 'revoke' | 'issue', key: string, credential = 'practice/agent-1-api') =>
  desk.ask('issuer', `/v1/credentials/${what}`, { method: 'POST', key, body: { credential } });

describe('the vault', () => {
  it('lists what it has, and shows to its holder alone what is in it', async () => {
    const { body } = await desk.ask('onepassword', '/v1/vaults');
    expect(body).toMatchObject([{ name: 'practice', items: PRACTICE_SECRETS.length }]);
    const path = await desk.pathOf('release-key');
    expect((await desk.ask('onepassword', path, { token: 'another' })).status).toBe(401);
    const listed = await desk.ask('onepassword', path.replace(/\/[^/]*$/, ''));
    expect(JSON.stringify(listed.body)).not.toContain(await desk.secret('release-key'));
  });

  it('is changed by a patch, whole or not at all, and by putting an item', async () => {
    const path = await desk.pathOf('release-key');
    const patch = (body: unknown) => desk.ask('onepassword', path, { method: 'PATCH', body });
    const good = { op: 'replace', path: '/fields/credential/value', value: 'new' };
    const bad = { op: 'replace', path: '/fields/nothing/value', value: 'new' };
    expect((await patch([good, bad])).status).toBe(400);
    const before = await desk.item('release-key');
    expect(before.version).toBe(1);
    expect((await patch([good])).status).toBe(200);
    const after = await desk.item('release-key');
    expect(after).toMatchObject({ version: 2 });
    expect(await desk.secret('release-key')).toBe('new');
    await desk.ask('onepassword', path, { method: 'PUT', body: { fields: before.fields } });
    expect(await desk.item('release-key')).toMatchObject({ version: 3, fields: before.fields });
  });

  it('remembers across a restart', async () => {
    const path = await desk.pathOf('release-key');
    const body = [{ op: 'replace', path: '/fields/credential/value', value: 'new' }];
    await desk.ask('onepassword', path, { method: 'PATCH', body });
    const [changed, untouched] = [await desk.item('release-key'), await desk.item('agent-1-api')];
    await practice.restart();
    expect(await desk.item('release-key')).toEqual(changed);
    expect(await desk.item('agent-1-api')).toEqual(untouched);
  });

  it('has what the inventory of the practice range says', () => {
    const file = new URL('../../../policy/inventory.yaml', import.meta.url);
    const { vaults } = inventorySchema.parse(parse(readFileSync(file, 'utf8')));
    expect(vaults[PRACTICE_VAULT]?.toSorted()).toEqual([...PRACTICE_SECRETS].toSorted());
  });
});

describe('the issuer', () => {
  it('accepts what the vault holds, and nothing else', async () => {
    for (const title of PRACTICE_SECRETS) {
      expect(await desk.present(await desk.secret(title))).toBe(200);
    }
    expect(await desk.present('practice-guess')).toBe(401);
  });

  it('ends what it revokes, and issues anew', async () => {
    const old = await desk.secret('agent-1-api');
    expect((await order('revoke', 'k1')).body).toEqual({ revoked: 1 });
    expect(await desk.present(old)).toBe(401);
    const issued = secretIn((await order('issue', 'k1')).body);
    expect(await desk.present(issued)).toBe(200);
    expect((await order('revoke', 'k1')).body).toEqual({ revoked: 0 });
    expect(await desk.present(issued)).toBe(200);
  });

  it('leaves nothing behind of an answer that was lost', async () => {
    const lost = secretIn((await order('issue', 'k1')).body);
    const issued = secretIn((await order('issue', 'k1')).body);
    expect([await desk.present(lost), await desk.present(issued)]).toEqual([401, 200]);
  });

  it('takes no order of a stranger, about a stranger, or that could not be repeated', async () => {
    const body = { credential: 'practice/agent-1-api' };
    const path = '/v1/credentials/revoke';
    const stranger = { method: 'POST', token: 'another', key: 'k', body };
    expect((await desk.ask('issuer', path, stranger)).status).toBe(403);
    expect((await desk.ask('issuer', path, { method: 'POST', body })).status).toBe(400);
    expect((await order('revoke', 'k', 'practice/nothing')).status).toBe(404);
    expect(await desk.present(await desk.secret('agent-1-api'))).toBe(200);
  });
});
