import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Fault } from '../../domain/fault.ts';
import { objectHash, treeHash, type GitAlgorithm, type TreeEntry } from './git-objects.ts';

const run = promisify(execFile);

/** A listing has some hundred bytes a file. */
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024;
const SHA1_DIGITS = 40;

/** The repository may belong to the suspect: nothing that its configuration names is run, fetched or put in place. */
const HARMLESS = [
  '--no-pager',
  '--no-replace-objects',
  '--literal-pathspecs',
  ...['safe.directory=*', `core.hooksPath=${devNull}`, 'core.fsmonitor=false'].flatMap(configured),
  ...configured('protocol.allow=never'),
];
const SURROUNDINGS = {
  PATH: process.env['PATH'] ?? '',
  LC_ALL: 'C',
  HOME: devNull,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: '1',
  GIT_OPTIONAL_LOCKS: '0',
  GIT_NO_LAZY_FETCH: '1',
  GIT_TERMINAL_PROMPT: '0',
};

function configured(setting: string): string[] {
  return ['-c', setting];
}

/** What a tag, or a commit's whole hash, stands for. Throws `git_failed`, and `git_forged` for what is not what it is named. */
export async function readCommit(
  repository: string,
  at: string,
  signal: AbortSignal,
): Promise<{ commit: string; algorithm: GitAlgorithm; files: TreeEntry[] }> {
  const isHash = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(at);
  const revision = `${isHash ? at : `refs/tags/${at}`}^{commit}`;
  const ask = (...args: string[]) => git(repository, args, signal);
  const commit = (await ask('rev-parse', '--verify', '--quiet', revision)).trim();
  const algorithm = commit.length === SHA1_DIGITS ? 'sha1' : 'sha256';
  const said = await ask('cat-file', 'commit', commit);
  const files = entriesOf(await ask('ls-tree', '-r', '-z', '--full-tree', commit));
  const isAsNamed = objectHash('commit', Buffer.from(said, 'latin1'), algorithm) === commit;
  if (isAsNamed && said.startsWith(`tree ${treeHash(files, algorithm)}\n`)) {
    return { commit, algorithm, files };
  }
  const message = `${repository} vouches for ${at} with objects that are not what they are named`;
  throw new Fault('git_forged', message, { retryable: false });
}

function entriesOf(listed: string): TreeEntry[] {
  const lines = listed.split('\0').filter((line) => line !== '');
  return lines.map((line) => {
    const [, mode = '', hash = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    return { path, mode, hash };
  });
}

async function git(
  repository: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const all = [`--git-dir=${join(repository, '.git')}`, ...HARMLESS, ...args];
  const options = { env: SURROUNDINGS, maxBuffer: MOST_OUTPUT_BYTES, signal };
  try {
    return (await run('git', all, { ...options, encoding: 'latin1' })).stdout;
  } catch (cause) {
    throw new Fault('git_failed', sentence(repository, args[0] ?? '', cause), {
      retryable: true,
      cause,
    });
  }
}

function sentence(repository: string, command: string, cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'ENOENT') return 'there is no git on this machine';
  if (code === 'ABORT_ERR') return `git ${command} was not done with ${repository} in time`;
  const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr).trim() : '';
  return `git ${command} failed in ${repository}${said === '' ? '' : `: ${said.split('\n')[0]}`}`;
}
