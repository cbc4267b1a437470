import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cordon, scratch } from './surroundings.ts';
import { tinyCordon } from './tiny-cordon.ts';

function homeWithTokens(...names: string[]): string {
  const home = scratch();
  mkdirSync(join(home, 'tokens'));
  for (const name of names) writeFileSync(join(home, 'tokens', name), `token-of-${name}\n`);
  return home;
}

describe('the token', () => {
  it('is none where there is none, which still allows open reads', async () => {
    const { url, seen } = await tinyCordon();
    await cordon(['stats', '--url', url]);
    expect(seen[0]?.headers.authorization).toBeUndefined();
  });

  it('is the admin’s below CORDON_HOME unless a file is named', async () => {
    const { url, seen } = await tinyCordon();
    const home = homeWithTokens('admin', 'alice', 'bob');
    const [alice, bob] = ['alice', 'bob'].map((name) => join(home, 'tokens', name));
    const env = { CORDON_HOME: home, CORDON_TOKEN_FILE: alice };
    await cordon(['stats', '--url', url], { env: { CORDON_HOME: home } });
    await cordon(['stats', '--url', url], { env });
    await cordon(['stats', '--url', url, '--token-file', String(bob)], { env });
    expect(seen.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-of-admin',
      'Bearer token-of-alice',
      'Bearer token-of-bob',
    ]);
  });

  it('is the source’s own for a report in its name, else the admin’s', async () => {
    const { url, seen } = await tinyCordon();
    const env = { CORDON_HOME: homeWithTokens('admin', 'tool-firewall') };
    const report = ['report', 'prompt_injection', 'x', '--url', url, '--source'];
    await cordon([...report, 'tool-firewall'], { env });
    await cordon([...report, 'elsewhere'], { env });
    await cordon([...report, '../tokens/tool-firewall'], { env });
    expect(seen.map((request) => request.headers.authorization)).toEqual([
      'Bearer token-of-tool-firewall',
      'Bearer token-of-admin',
      'Bearer token-of-admin',
    ]);
  });

  it('never shows in what is printed', async () => {
    const { url } = await tinyCordon();
    const env = { CORDON_HOME: homeWithTokens('admin') };
    for (const argv of [['incidents'], ['stats'], ['show', 'INC-20260314-120000-deadbeef']]) {
      const { out, err } = await cordon([...argv, '--url', url], { env });
      expect(out + err).not.toContain('token-of-admin');
    }
  });
});

describe('the address', () => {
  it.each([
    [{ BIND_ADDR: '0.0.0.0:1' }, 'http://127.0.0.1:1'],
    [{ BIND_ADDR: '[::]:1' }, 'http://127.0.0.1:1'],
    [{ BIND_ADDR: '127.0.0.2:1' }, 'http://127.0.0.2:1'],
    [{ BIND_ADDR: '127.0.0.2:1', CORDON_URL: 'http://127.0.0.3:1/' }, 'http://127.0.0.3:1'],
  ])('of %j is %s', async (env, url) => {
    const { err } = await cordon(['stats'], { env });
    expect(err).toContain(`does not answer at ${url} `);
  });
});

describe('cordon report', () => {
  it('sends what the API takes, with a key that makes its repeat harmless', async () => {
    const { url, seen } = await tinyCordon();
    const about = ['--subject', 'host=h1', '--subject', 'agent=a=b', '--evidence', 'path=/etc/x'];
    const more = ['--severity', 'critical', '--wait', '3', '--key', 'k1', '--source', 'edr'];
    await cordon(['report', 'prompt_injection', 'seen', ...about, ...more, '--url', url]);
    expect(seen[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/incidents/report',
      headers: { 'idempotency-key': 'k1', prefer: 'wait=3' },
      body: {
        class: 'prompt_injection',
        description: 'seen',
        severity: 'critical',
        source: 'edr',
        subject: { host: 'h1', agent: 'a=b' },
        evidence: { path: '/etc/x' },
      },
    });
    await cordon(['report', 'prompt_injection', 'seen', '--url', url]);
    expect(seen[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(seen[1]?.headers['prefer']).toBeUndefined();
  });
});

describe('the ceremony', () => {
  it('sends each step to its route', async () => {
    const { url, seen } = await tinyCordon();
    const id = 'INC-20260314-120000-00000000';
    await cordon(['report', 'attestation_failure', 'x', '--url', url]);
    for (const step of ['ack', 'reattest', 'resolve', 'close']) {
      const { code, out } = await cordon([step, id, '--url', url]);
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining(id) });
    }
    const posted = seen.filter(({ method }) => method === 'POST').slice(1);
    expect(posted.map(({ path, body }) => [path, body])).toEqual([
      ['/api/v1/incidents/acknowledge', { id }],
      ['/api/v1/recovery/reattest', { incident_id: id }],
      ['/api/v1/incidents/resolve', { id }],
      ['/api/v1/incidents/close', { id }],
    ]);
  });
});

describe('cordon incidents', () => {
  it('sends its filters', async () => {
    const { url, seen } = await tinyCordon();
    await cordon(['incidents', '--class', 'x', '--state', 'open', '--limit', '7', '--url', url]);
    expect(seen[0]?.path).toBe('/api/v1/incidents?class=x&state=open&limit=7');
  });

  it('goes from page to page until it has as many as it was asked for', async () => {
    const { url, seen } = await tinyCordon();
    const report = ['report', 'tool_call_burst', 'x', '--url', url];
    for (let i = 0; i < 103; i += 1) await cordon(report);
    const asked = seen.length;
    const { out } = await cordon(['incidents', '--limit', '102', '--json', '--url', url]);
    const ids = new Set(JSON.parse(out).map((incident: { id: string }) => incident.id));
    expect(ids.size).toBe(102);
    expect(seen.length - asked).toBe(2);
  });
});
