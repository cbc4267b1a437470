import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ForwardRequest, ForwardStatus } from '../../src/cli/roots.ts';
import { cordon, scratch } from './surroundings.ts';

const SOURCE = ['--detector', 'falco', '--file', '/var/log/falco.json'];

async function asked(argv: readonly string[], env: Record<string, string> = {}) {
  const requests: ForwardRequest[] = [];
  const roots = {
    runForwarder: async (_env: unknown, request: ForwardRequest) => void requests.push(request),
  };
  const ran = await cordon(['forward', ...argv], { roots, env });
  return { ...ran, request: requests[0] };
}

describe('cordon forward', () => {
  it('needs a format and a source, and finds the rest', async () => {
    const { code, request } = await asked(SOURCE, { CORDON_HOME: '/h' });
    expect(code).toBe(0);
    expect(request).toEqual({
      ...{ name: 'falco', url: 'http://127.0.0.1:8515', detector: 'falco', tokenFile: '' },
      ...{ files: ['/var/log/falco.json'], stdin: false, socket: null },
      ...{ spool: '/h/forward/falco', spoolLimit: 2 ** 30, gzip: false },
    });
  });

  it('takes all sources at once, and everything that it is told', async () => {
    const args = ['--file', '/b', '--stdin', '--socket', '/s', '--name', 'web-1', '--gzip'];
    const sent = [
      '--to',
      'https://cordon.example/',
      '--token-file',
      '/t',
      '--spool-limit',
      '64MiB',
    ];
    const { request } = await asked([...SOURCE, ...args, ...sent, '--spool', '/var/spool']);
    expect(request).toEqual({
      ...{ name: 'web-1', url: 'https://cordon.example', detector: 'falco', tokenFile: '/t' },
      ...{ files: ['/var/log/falco.json', '/b'], stdin: true, socket: '/s' },
      ...{ spool: '/var/spool', spoolLimit: 64 * 2 ** 20, gzip: true },
    });
  });

  it("speaks with its format's own token, and never with a person's", async () => {
    const home = scratch();
    mkdirSync(join(home, 'tokens'));
    writeFileSync(join(home, 'tokens', 'admin'), 'x');
    expect((await asked(SOURCE, { CORDON_HOME: home })).request?.tokenFile).toBe('');
    writeFileSync(join(home, 'tokens', 'falco'), 'x');
    const own = join(home, 'tokens', 'falco');
    expect((await asked(SOURCE, { CORDON_HOME: home })).request?.tokenFile).toBe(own);
  });

  it.each([
    [['--file', '/a'], 'no_detector'],
    [['--detector', 'falco'], 'no_source'],
    [[...SOURCE, '--name', '../up'], 'bad_name'],
    [[...SOURCE, '--to', 'cordon.example'], 'bad_url'],
    [[...SOURCE, '--spool-limit', '1MiB'], 'at least 16777216 bytes'],
    [[...SOURCE, '--spool-limit', 'much'], 'a size like 512MiB'],
    [['--detector', 'snort', '--stdin'], 'Invalid option'],
  ])('refuses %j', async (argv, said) => {
    const { code, err, request } = await asked(argv);
    expect(code).toBe(2);
    expect(err).toContain(said);
    expect(request).toBeUndefined();
  });
});

describe('cordon forward --status', () => {
  const status: ForwardStatus = {
    ...{ spool: '/s', pid: 7, waiting: 3, oldest_at: Date.now() - 61_000, bytes: 900 },
    ...{
      delivered: 5,
      delivered_at: 1,
      refused: 2,
      failing_since: 1_000,
      last_error: 'answered 503',
    },
    dropped: { records: 1, lines: 4, bytes: 80 },
    sources: [{ source: 'file:/a', offset: 12, at: 1 }],
  };
  const roots = { forwardStatus: async (spool: string) => ({ ...status, spool }) };

  it('shows what waits, for how long, and what was lost and refused', async () => {
    const { out, code } = await cordon(['forward', '--status', '--spool', '/s'], { roots });
    expect(code).toBe(0);
    expect(out).toMatch(/^waiting +3, the oldest for 1 m/m);
    expect(out).toMatch(/^dropped +at least 4 lines and 80 bytes, at 1 time$/m);
    expect(out).toMatch(/^refused +2: see refused\.ndjson$/m);
    expect(out).toMatch(/^fails +since 1970-01-01 00:00:01Z: answered 503$/m);
    expect(out).toMatch(/^file:\/a +read to byte 12$/m);
  });

  it('is a document for a program, and found by the name as well', async () => {
    const argv = ['forward', '--status', '--name', 'web-1', '--json'];
    const { out } = await cordon(argv, { roots, env: { CORDON_HOME: '/h' } });
    expect(JSON.parse(out)).toEqual({ ...status, spool: '/h/forward/web-1' });
  });
});
