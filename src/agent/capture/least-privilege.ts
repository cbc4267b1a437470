import { existsSync } from 'node:fs';

/** Of util-linux, where distributions put it. */
const SETPRIV = ['/usr/bin/setpriv', '/bin/setpriv'];

/**
 * What reading a process of another user, its memory and its files takes, and no more (capabilities(7)). Nothing is
 * written, mounted, loaded or owned by it.
 */
const NEEDED = ['sys_ptrace', 'dac_read_search'];

/**
 * The command by which a root's child can do only what capturing takes; as it is for anybody else, and where there is
 * no `setpriv`.
 */
export function withLeastPrivilege(program: string, args: readonly string[]): [string, string[]] {
  const setpriv = process.getuid?.() === 0 ? SETPRIV.find((path) => existsSync(path)) : undefined;
  if (setpriv === undefined) return [program, [...args]];
  const bounding = ['-all', ...NEEDED.map((name) => `+${name}`)].join(',');
  const limits = ['--bounding-set', bounding, '--inh-caps', '-all', '--ambient-caps', '-all'];
  return [setpriv, [...limits, '--', program, ...args]];
}
