import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../src/domain/fault.ts';
import { PolicyError } from '../../src/intake/policy-error.ts';
import { boot, failure, read, TOOL_CALL_BURST, type Booted, readIncidents } from './boot.ts';

const REPORT = '/api/v1/incidents/report';
let shim: Booted;
beforeAll(async () => void (shim = await boot()));
afterAll(() => shim.stop());

describe('who may call', () => {
  it('is asked of every write, and of no read on loopback', async () => {
    const stranger = await shim.ask(REPORT, { body: TOOL_CALL_BURST });
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(await failure(stranger)).toEqual([401, 'unauthenticated']);
    const forged = await shim.ask(REPORT, { body: TOOL_CALL_BURST, token: 'cdn_forged' });
    expect(await failure(forged)).toEqual([401, 'unauthenticated']);
    const reads = [
      '/health',
      '/api/v1/incidents',
      '/api/v1/stats',
      '/api/v1/recovery/status',
      '/metrics',
    ];
    for (const path of reads) expect((await shim.ask(path)).status).toBe(200);
  });

  it('depends on the role', async () => {
    const { reader, reporter, operator } = shim.tokens;
    const incident = await shim.report(TOOL_CALL_BURST);
    const asked = [
      shim.ask(REPORT, { token: reader, body: TOOL_CALL_BURST }),
      shim.ask('/api/v1/incidents/resolve', { token: reporter, body: { id: incident.id } }),
      shim.ask('/api/v1/recovery/reattest', {
        token: operator,
        body: { incident_id: incident.id },
      }),
      shim.ask('/api/v1/reload', { token: operator, method: 'POST' }),
      shim.ask('/api/v1/forensic/export', { token: operator }),
    ];
    for (const response of asked) expect(await failure(await response)).toEqual([403, 'forbidden']);
  });

  it('ends with the revocation', async () => {
    const wanted = { name: 'eve', kind: 'person' as const, source: '', classes: [] };
    const { token } = await shim.principals.add({ ...wanted, roles: ['report'] }, 'test');
    await shim.principals.revoke('eve', 'test');
    const response = await shim.ask(REPORT, { token, body: TOOL_CALL_BURST });
    expect(await failure(response)).toEqual([401, 'unauthenticated']);
  });

  it('is asked of reads too where they are not open, but not of the health', async () => {
    const closed = await boot({ config: { openReads: false, allowedHosts: [] } });
    try {
      expect(await failure(await closed.ask('/api/v1/stats'))).toEqual([401, 'unauthenticated']);
      const { operator, reader } = closed.tokens;
      expect(await failure(await closed.ask('/api/v1/stats', { token: operator }))).toEqual([
        403,
        'forbidden',
      ]);
      expect((await closed.ask('/api/v1/stats', { token: reader })).status).toBe(200);
      expect((await closed.ask('/health')).status).toBe(200);
    } finally {
      await closed.stop();
    }
  });

  it('leaves no credential in the log', () => {
    const logged = JSON.stringify(shim.lines);
    expect(logged).toContain('"path":"/api/v1/incidents/report"');
    for (const token of Object.values(shim.tokens)) expect(logged).not.toContain(token);
  });
});

describe('what is not there', () => {
  it('is not found', async () => {
    for (const path of ['/', '/api/v1', '/api/v1/nothing', '/api/v1/incidents/INC-1/nothing']) {
      expect(await failure(await shim.ask(path))).toEqual([404, 'not_found']);
    }
    for (const path of [
      '/api/v1/incidents/get?id=INC-1',
      '/api/v1/incidents/INC-1',
      '/api/v1/incidents/INC-1/timeline',
    ]) {
      expect(await failure(await shim.ask(path))).toEqual([404, 'incident_not_found']);
    }
  });

  it('is told apart from what another method would do', async () => {
    const response = await shim.ask(REPORT);
    expect(response.headers.get('allow')).toBe('POST, OPTIONS');
    expect(await failure(response)).toEqual([405, 'method_not_allowed']);
    const deleted = await shim.ask('/api/v1/incidents', { method: 'DELETE' });
    expect(deleted.headers.get('allow')).toBe('GET, HEAD, OPTIONS');
    expect(await failure(deleted)).toEqual([405, 'method_not_allowed']);
  });

  it('is refused where the path is badly encoded', async () => {
    expect(await failure(await shim.ask('/api/v1/incidents/%ff'))).toEqual([400, 'bad_path']);
  });
});

describe('HEAD and OPTIONS', () => {
  it('answer without a body', async () => {
    for (const path of ['/health', '/api/v1/incidents', '/api/v1/events', '/docs']) {
      const head = await shim.ask(path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
    }
    const options = await shim.ask(REPORT, { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'POST, OPTIONS']);
  });
});

describe('a host name', () => {
  it('that is not ours is refused, so that no page can be bound to it', async () => {
    expect(await statusFor('rebound.example:8515')).toBe(403);
    expect(await statusFor('localhost')).toBe(200);
    expect(await statusFor(`127.0.0.1:${shim.port}`)).toBe(200);
  });
});

describe('every answer', () => {
  it('is neither cached, framed nor sniffed, and can be found in the log', async () => {
    const { headers } = await shim.ask('/health');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    const id = headers.get('x-request-id');
    const line = shim.lines.find(
      ({ fields }) => 'request_id' in fields && fields.request_id === id,
    );
    expect(line?.fields).toMatchObject({ method: 'GET', path: '/health', status: 200 });
  });
});

describe('a list', () => {
  it('comes in pages, most severe first, without a gap or a repeat', async () => {
    const body = { class: 'prompt_injection', description: 'p' };
    const { admin: token } = shim.tokens;
    for (const severity of ['low', 'critical', 'high', 'medium', 'low']) {
      await shim.ask(REPORT, { token, body: { ...body, severity } });
    }
    const severities: string[] = [];
    let next: string | undefined = '/api/v1/incidents?class=prompt_injection&limit=2';
    while (next !== undefined) {
      const page = await shim.ask(next);
      severities.push(...(await readIncidents(page)).map(({ severity }) => severity));
      next = /^<([^>]+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
    }
    expect(severities).toEqual(['critical', 'high', 'medium', 'low', 'low']);
    const filtered = await shim.ask(
      '/api/v1/incidents?class=prompt_injection&severity=low&state=open',
    );
    expect(await readIncidents(filtered)).toHaveLength(2);
  });

  it.each([
    ['colour=red', 'invalid_query'],
    ['state=frozen', 'invalid_query'],
    ['severity=huge', 'invalid_query'],
    ['state=open&state=closed', 'invalid_query'],
    ['limit=0', 'invalid_query'],
    ['limit=501', 'invalid_query'],
    ['limit=ten', 'invalid_query'],
    ['class=Nonsense', 'invalid_query'],
    ['class=nonsense', 'unknown_class'],
    ['cursor=nonsense', 'invalid_cursor'],
  ])('refuses %s', async (query, code) => {
    expect(await failure(await shim.ask(`/api/v1/incidents?${query}`))).toEqual([400, code]);
  });

  it('refuses to get an incident without its id', async () => {
    expect(await failure(await shim.ask('/api/v1/incidents/get'))).toEqual([400, 'invalid_query']);
  });
});

describe('a failure behind the API', () => {
  it('is a 503 with Retry-After while the ledger cannot be written, and never a 2xx', async () => {
    const fault = new Fault('ledger_unavailable', 'The ledger is full', { retryable: true });
    const full = await boot({ intake: { report: () => Promise.reject(fault) } });
    try {
      const response = await full.ask(REPORT, {
        token: full.tokens.reporter,
        body: TOOL_CALL_BURST,
      });
      expect(response.headers.get('retry-after')).toBe('1');
      expect(await failure(response)).toEqual([503, 'ledger_unavailable']);
      expect(await (await full.ask('/metrics')).text()).toContain('cordon_ledger_failures_total 1');
    } finally {
      await full.stop();
    }
  });

  it('tells nothing of a bug to the caller, and all of it to the log', async () => {
    const broken = await boot({
      intake: { report: () => Promise.reject(new TypeError('x of undefined')) },
    });
    try {
      const response = await broken.ask(REPORT, {
        token: broken.tokens.reporter,
        body: TOOL_CALL_BURST,
      });
      const text = await response.clone().text();
      expect(await failure(response)).toEqual([500, 'internal']);
      expect(text).not.toContain('undefined');
      expect(
        broken.lines.some(({ fields }) => 'err' in fields && fields.err instanceof TypeError),
      ).toBe(true);
    } finally {
      await broken.stop();
    }
  });
});

describe('a reload', () => {
  it('answers with the policy in force', async () => {
    const response = await shim.ask('/api/v1/reload', { token: shim.tokens.admin, method: 'POST' });
    expect(await read(response)).toEqual({ status: 'reloaded', policy_digest: shim.policy.digest });
  });

  it('of an invalid policy is refused with file, line and reason', async () => {
    const problems = [{ file: 'escalation.yaml', line: 7, reason: 'is not a duration' }];
    const refused = new PolicyError(problems);
    const invalid = await boot({
      policy: { current: () => shim.policy, reload: () => Promise.reject(refused) },
    });
    try {
      const response = await invalid.ask('/api/v1/reload', {
        token: invalid.tokens.admin,
        method: 'POST',
      });
      expect(await read(response.clone())).toMatchObject({ problems });
      expect(await failure(response)).toEqual([422, 'invalid_policy']);
    } finally {
      await invalid.stop();
    }
  });
});

/** fetch chooses the Host header itself. */
function statusFor(host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(`${shim.url}/health`, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.once('error', reject).end();
  });
}
