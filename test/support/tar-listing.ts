import { execFileSync } from 'node:child_process';

/** Past what a test makes. */
const MOST_BYTES = 256 * 1024 * 1024;

/** The archive as GNU tar sees it: `tar` with these options. */
export function stockTar(archive: Buffer, ...options: string[]): Buffer {
  return execFileSync('tar', ['--warning=no-unknown-keyword', '-f', '-', ...options], {
    input: archive,
    maxBuffer: MOST_BYTES,
  });
}

/** Names of its entries without the first component, which is that of the mount namespace. */
export function namesIn(archive: Buffer): string[] {
  const lines = stockTar(archive, '-t', '--quoting-style=escape').toString().trim().split('\n');
  return lines.map((line) => line.replace(/^mnt-[\d-]+\//, '').replace(/\/$/, ''));
}

/** The content of the entry whose name ends so. */
export function contentIn(archive: Buffer, ending: string): string {
  return stockTar(archive, '-xO', '--wildcards', `*${ending}`).toString();
}

export interface IndexEntry {
  path: string;
  kind: string;
  hex?: string;
}

export function indexOf(archive: Buffer): IndexEntry[] {
  const index = JSON.parse(contentIn(archive, 'cordon-index.json')) as { entries: IndexEntry[] };
  return index.entries;
}
