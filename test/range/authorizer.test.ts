import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callRange } from '../../src/range/client.ts';
import { createDataTree } from '../../src/range/data-tree.ts';
import { ensureSecret } from '../../src/range/secrets.ts';
import { identityOf, issueSvid, SVID_KEY_FILE } from '../../src/range/svid.ts';
import { startPractice, type Practice } from './practice.ts';

const PLANNER = 'spiffe://practice.cordon/agent/agent-1';
const NOW = Date.parse('2026-03-14T12:00:00Z');
const IN_AN_HOUR = NOW / 1000 + 3_600;

describe('a tree of data', () => {
  it('keeps what is put at a path, and shows it as part of what is above', () => {
    const tree = createDataTree();
    expect(tree.put(['deny', '__proto__', 'one'], { by: 1 })).toBe(true);
    expect(tree.at(['deny', '__proto__', 'one', 'by'])).toBe(1);
    expect(JSON.stringify(tree.at([]))).toBe('{"deny":{"__proto__":{"one":{"by":1}}}}');
    expect(tree.at(['deny', 'constructor'])).toBeUndefined();
  });

  it('removes what is there, and refuses a path through what is no object', () => {
    const tree = createDataTree();
    tree.put(['list'], [1]);
    expect(tree.put(['list', 'one'], 1)).toBe(false);
    expect(tree.remove(['list', 'one'])).toBe(false);
    expect(tree.remove(['list'])).toBe(true);
    expect(tree.remove(['list'])).toBe(false);
    expect(tree.at(['list'])).toBeUndefined();
  });
});

describe('an SVID of the range', () => {
  const svid = issueSvid('key', { sub: PLANNER, exp: IN_AN_HOUR });

  it('tells whose it is until it expires', () => {
    expect(identityOf('key', svid, NOW)).toBe(PLANNER);
    expect(identityOf('key', svid, IN_AN_HOUR * 1000)).toBeNull();
  });

  it('is nobody’s when it was meddled with, or signed with another key', () => {
    const [header, , signature] = svid.split('.');
    const other = Buffer.from(JSON.stringify({ sub: 'x', exp: IN_AN_HOUR })).toString('base64url');
    for (const forged of [`${header}.${other}.${signature}`, `${header}.${other}.`, 'no', '']) {
      expect(identityOf('key', forged, NOW)).toBeNull();
    }
    expect(identityOf('another key', svid, NOW)).toBeNull();
  });
});

describe('the authorizer', () => {
  let practice: Practice;
  beforeEach(async () => {
    practice = await startPractice(() => NOW);
  });
  afterEach(() => practice.stop());

  const post = (path: string, body: object) =>
    callRange(practice.home, 'authorizer', 'POST', path, body);

  it('serves whoever has a valid SVID', async () => {
    const key = ensureSecret(practice.home, SVID_KEY_FILE);
    const call = async (exp: number) => {
      const svid = issueSvid(key, { sub: PLANNER, exp });
      return (await post('/api/v1/call', { svid })).status;
    };
    expect([await call(IN_AN_HOUR), await call(NOW / 1000)]).toEqual([200, 401]);
  });

  it('decides about an identity, and about nothing else', async () => {
    const ask = async (path: string, input: object) => (await post(path, { input })).body;
    expect(await ask('/v1/data/agents/allow', { identity: PLANNER })).toEqual({ result: true });
    expect(await ask('/v1/data/agents/allow', {})).toEqual({ result: false });
    expect(await ask('/v1/data/agents/other', { identity: PLANNER })).toEqual({});
  });
});
