import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateWith, type State } from './state.ts';

let state: State;
let repository: string;
beforeEach(async () => {
  state = await stateWith();
  repository = join(state.home, 'policies');
  mkdirSync(repository);
  git('init', '-q');
  write('opa/deny.rego', 'package deny\n');
  write('opa/run.sh', '#!/bin/sh\n');
  chmodSync(join(repository, 'opa/run.sh'), 0o755);
  symlinkSync('deny.rego', join(repository, 'opa/link.rego'));
  write('kyverno/pods.yaml', 'kind: Policy\n');
  write('größe.txt', 'ü\n');
  commit('v1');
});
afterEach(() => state.stop());

function git(...args: string[]): string {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@example.org'];
  return execFileSync('git', ['-C', repository, ...who, ...args], { encoding: 'utf8' }).trim();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

function commit(tag: string): void {
  git('add', '-A', '-f');
  git('commit', '-q', '-m', tag);
  git('tag', tag);
}

const find = (over: object = {}) =>
  state.find({ kind: 'git_tree', repository: 'policies', at: 'v1', ...over });

describe('a tree as it was tagged', () => {
  it('passes, whole and in part, at a tag and at a commit', async () => {
    const head = git('rev-parse', 'HEAD');
    const at = `v1 (${head.slice(0, 12)})`;
    expect(await find()).toBe(`pass: 5 files of policies are those of ${at}`);
    expect(await find({ path: 'opa/' })).toBe(`pass: 3 files of policies/opa are those of ${at}`);
    expect(await find({ at: head })).toMatch(/^pass: 5 files/);
    expect(await find({ path: 'größe.txt' })).toMatch(/^pass: 1 files/);
  });

  it('passes with the hashes of SHA-256', async () => {
    rmSync(join(repository, '.git'), { recursive: true });
    git('init', '-q', '--object-format=sha256');
    commit('v1');
    expect(await find()).toMatch(/^pass: 5 files/);
  });
});

describe('a tree that differs fails', () => {
  it.each<[string, () => void, string]>([
    ['a changed file', () => write('opa/deny.rego', 'package allow\n'), 'opa/deny.rego is changed'],
    [
      'a committed change',
      () => {
        write('opa/deny.rego', 'package allow\n');
        commit('v2');
      },
      'opa/deny.rego is changed',
    ],
    ['a missing file', () => rmSync(join(repository, 'opa/run.sh')), 'opa/run.sh is missing'],
    ['a new file', () => write('opa/new.rego', ''), 'opa/new.rego was never tagged'],
    [
      'a file made executable',
      () => chmodSync(join(repository, 'kyverno/pods.yaml'), 0o755),
      'kyverno/pods.yaml is changed',
    ],
    [
      'a file that git is told to ignore',
      () => {
        write('.git/info/exclude', '*.rego\n');
        write('opa/hidden.rego', '');
      },
      'opa/hidden.rego was never tagged',
    ],
    [
      'a file that git is told to take for unchanged',
      () => {
        git('update-index', '--assume-unchanged', 'opa/deny.rego');
        write('opa/deny.rego', 'package allow\n');
      },
      'opa/deny.rego is changed',
    ],
    [
      'a repository within',
      () => write('opa/.git/deny.rego', ''),
      'opa/.git/deny.rego was never tagged',
    ],
    [
      'a link that leads elsewhere',
      () => {
        rmSync(join(repository, 'opa/link.rego'));
        symlinkSync('/etc/passwd', join(repository, 'opa/link.rego'));
      },
      'opa/link.rego is changed',
    ],
    [
      'a pipe in place of a file',
      () => {
        rmSync(join(repository, 'opa/deny.rego'));
        execFileSync('mkfifo', [join(repository, 'opa/deny.rego')]);
      },
      'opa/deny.rego is changed',
    ],
    [
      'a tree that is gone',
      () => rmSync(join(repository, 'kyverno'), { recursive: true }),
      'kyverno/pods.yaml is missing',
    ],
  ])('%s', async (_, change, difference) => {
    change();
    expect(await find()).toMatch(/^fail: policies differs from v1 \([0-9a-f]{12}\) in 1: /);
    expect(await find()).toContain(difference);
  });

  it('names the first of many', async () => {
    for (const name of 'abcdefgh') write(`opa/${name}`, '');
    expect(await find()).toMatch(/ in 8: (opa\/. was never tagged, ){5}and others$/);
  });
});

describe('what cannot be compared is not known', () => {
  it.each<[string, object, RegExp]>([
    ['there is no such tag', { at: 'v9' }, /^unknown: git rev-parse failed/],
    ['a branch is no tag', { at: 'master' }, /^unknown: git rev-parse failed/],
    ['there is no repository', { repository: 'nowhere' }, /^unknown: git rev-parse failed/],
    ['nothing is tagged there', { path: 'cilium' }, /^unknown: v1 \(.*\) has nothing at/],
  ])('%s', async (_, over, finding) => {
    expect(await find(over)).toMatch(finding);
  });

  it('an object that was forged to vouch for a forged file', async () => {
    write('opa/deny.rego', 'package allow\n');
    const forged = git('hash-object', '-w', 'opa/deny.rego');
    const tree = git('rev-parse', 'v1:opa');
    const bytes = execFileSync('git', ['-C', repository, 'cat-file', 'tree', tree]);
    const honest = git('rev-parse', 'v1:opa/deny.rego');
    const place = bytes.indexOf(Buffer.from(honest, 'hex'));
    Buffer.from(forged, 'hex').copy(bytes, place);
    const object = join(repository, '.git/objects', tree.slice(0, 2), tree.slice(2));
    chmodSync(object, 0o600);
    writeFileSync(
      object,
      deflateSync(Buffer.concat([Buffer.from(`tree ${bytes.length}\0`), bytes])),
    );
    expect(await find()).toMatch(
      /^unknown: .* vouches for v1 with objects that are not what they are named$/,
    );
  });
});

it('nothing that the repository names is run', async () => {
  const ran = join(state.home, 'ran');
  const script = join(repository, '.git/hooks/evil');
  writeFileSync(script, `#!/bin/sh\ntouch ${ran}\n`, { mode: 0o755 });
  for (const hook of ['post-index-change', 'reference-transaction', 'fsmonitor-watchman']) {
    writeFileSync(join(repository, '.git/hooks', hook), `#!/bin/sh\ntouch ${ran}\n`, {
      mode: 0o755,
    });
  }
  git('config', 'core.fsmonitor', script);
  git('config', 'core.pager', script);
  git('config', 'filter.evil.clean', script);
  write('.git/info/attributes', '* filter=evil\n');
  rmSync(ran, { force: true });
  const before = readdirSync(join(repository, '.git'));
  expect(await find()).toMatch(/^pass/);
  expect(existsSync(ran)).toBe(false);
  expect(readdirSync(join(repository, '.git'))).toEqual(before);
});
