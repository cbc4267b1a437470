import { readdirSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findTemporal } from '../../src/engine/find.ts';
import { fakeTemporal, scratch, script } from './scratch.ts';

/** Nothing listens on the discard port of the loopback interface. */
const NOWHERE = 'http://127.0.0.1:9';

describe('findTemporal', () => {
  it('takes TEMPORAL_CLI before the one on PATH', async () => {
    const { directory, search } = machine();
    fakeTemporal(join(directory, 'path/temporal'));
    const chosen = fakeTemporal(join(directory, 'chosen'), '1.8.0', '1.31.0');
    search.env['TEMPORAL_CLI'] = chosen;
    expect(await findTemporal(search)).toEqual({
      command: chosen,
      version: '1.8.0',
      serverVersion: '1.31.0',
      origin: 'path',
    });
  });

  it.each([
    ['an older CLI', 'echo "temporal version 1.7.3 (Server 1.31.2, UI 2.49.1)"'],
    ['the next major', 'echo "temporal version 2.0.0 (Server 1.40.0, UI 3.0.0)"'],
    ['another program', 'echo hello'],
    ['a program that fails', 'exit 1'],
  ])('refuses a TEMPORAL_CLI that is %s', async (_what, body) => {
    const { directory, search } = machine();
    fakeTemporal(cachePath(directory));
    search.env['TEMPORAL_CLI'] = script(join(directory, 'chosen'), body);
    await expect(findTemporal(search)).rejects.toMatchObject({ code: 'temporal_cli_unusable' });
  });

  it('takes the CLI on PATH before the cache', async () => {
    const { directory, search } = machine();
    fakeTemporal(cachePath(directory));
    fakeTemporal(join(directory, 'path/temporal'), '1.9.4', '1.32.0');
    expect(await findTemporal(search)).toMatchObject({ origin: 'path', version: '1.9.4' });
    expect(search.said).toEqual([]);
  });

  it('goes on to the cache when the CLI on PATH is too old, and says so', async () => {
    const { directory, search } = machine();
    fakeTemporal(join(directory, 'path/temporal'), '1.5.1', '1.29.1');
    const command = fakeTemporal(cachePath(directory));
    expect(await findTemporal(search)).toMatchObject({ origin: 'cache', command });
    expect(search.said).toEqual([expect.stringMatching(/version 1\.5\.1.*trying the cache/)]);
  });

  it('replaces a cached binary that does not run, and what an interrupted start left, by the download', async () => {
    const { directory, search } = machine();
    script(cachePath(directory), 'exit 1');
    script(join(directory, 'cache/bin/.making-interrupted/temporal'), 'exit 1');
    search.downloadOrigin = await downloadService(directory);
    const found = await findTemporal(search);
    expect(found).toMatchObject({ origin: 'download', command: cachePath(directory) });
    expect(readdirSync(join(directory, 'cache/bin'))).toEqual(['temporal-1.8.2']);
  });

  it('refuses a download of another version and builds', async () => {
    const { directory, search } = machine();
    search.downloadOrigin = await downloadService(directory, '1.8.1');
    fakeGo(directory);
    expect(await findTemporal(search)).toMatchObject({ origin: 'build' });
    expect(search.said).toContainEqual(expect.stringContaining('version 1.8.1'));
  });

  it('builds the pinned module when nothing can be downloaded, and finds it in the cache next time', async () => {
    const { directory, search } = machine();
    fakeGo(directory);
    expect(await findTemporal(search)).toMatchObject({ origin: 'build', version: '1.8.2' });
    expect(search.said).toEqual([
      expect.stringContaining('trying the cache'),
      expect.stringContaining('trying the official download'),
      expect.stringContaining(`asking ${NOWHERE}`),
      expect.stringContaining('cannot be reached from here: trying a build with Go'),
      expect.stringContaining('building Temporal CLI 1.8.2'),
    ]);
    expect(readFileSync(join(directory, 'go.log'), 'utf8')).toMatch(
      /tools\/temporal CGO_ENABLED=0/,
    );
    expect(await findTemporal(search)).toMatchObject({ origin: 'cache' });
  });

  it('builds once when two starts need it at the same time', async () => {
    const { directory, search } = machine();
    fakeGo(directory);
    const origins = await Promise.all([findTemporal(search), findTemporal(search)]);
    expect(origins.map((found) => found.origin).toSorted()).toEqual(['build', 'cache']);
    expect(readFileSync(join(directory, 'go.log'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(search.said).toContainEqual(expect.stringContaining('another start'));
  });

  it('names every reason and one line that would help when nothing works', async () => {
    const { directory, search } = machine();
    script(join(directory, 'path/go'), 'echo "go: no network" >&2; exit 1');
    await expect(findTemporal(search)).rejects.toMatchObject({
      code: 'temporal_not_found',
      retryable: false,
      message: expect.stringMatching(
        /no `temporal` on PATH.*go: no network.*Install the CLI with/s,
      ),
    });
    expect(readdirSync(join(directory, 'cache/bin'))).toEqual([]);
  });
});

/** A machine with an empty PATH but for the tools of the system, an empty cache, and no network. */
function machine() {
  const directory = scratch();
  const said: string[] = [];
  const search = {
    said,
    say: (line: string) => void said.push(line),
    downloadOrigin: NOWHERE,
    env: {
      PATH: `${join(directory, 'path')}:${join(directory, 'nothing')}`,
      CORDON_CACHE: join(directory, 'cache'),
    } as NodeJS.ProcessEnv,
  };
  return { directory, search };
}

function cachePath(directory: string): string {
  return join(directory, 'cache/bin/temporal-1.8.2');
}

/** A compiler whose product is a CLI of the pinned version. */
function fakeGo(directory: string): void {
  const product = fakeTemporal(join(directory, 'product'));
  script(
    join(directory, 'path/go'),
    [
      'PATH=/usr/bin:/bin',
      `echo "$PWD CGO_ENABLED=$CGO_ENABLED" >> ${directory}/go.log`,
      'while [ "$1" != -o ]; do shift; done',
      'sleep 0.3',
      `cp ${product} "$2"`,
    ].join('\n'),
  );
}

/** What the download service answers: where the archive is, and the archive. */
async function downloadService(directory: string, version = '1.8.2'): Promise<string> {
  fakeTemporal(join(directory, 'archive/temporal'), version);
  const archive = execFileSync('tar', ['-cz', '-C', join(directory, 'archive'), 'temporal']);
  const server = createServer((request, response) => {
    if (request.url === '/archive.tar.gz') return response.end(archive);
    const known = request.url?.startsWith('/cli/v1.8.2?platform=') ?? false;
    const archiveUrl = `http://${request.headers.host}/archive.tar.gz`;
    return response
      .writeHead(known ? 200 : 404)
      .end(JSON.stringify({ archiveUrl, fileToExtract: 'temporal' }));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}
