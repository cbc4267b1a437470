import { closeSync, fstatSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { OUT_OF_TIME } from '../../domain/host-capture.ts';
import { errorCode } from '../subjects/gone.ts';
import type { ByteName } from './byte-name.ts';
import { deviceOf } from './device-number.ts';
import { fileBody } from './file-body.ts';
import type { Findings } from './findings.ts';
import { isPast } from './is-past.ts';
import { openToRead } from './open-at.ts';
import { tarEntry } from './tar-entry.ts';
import { headerOf } from './tree-header.ts';
import { startTreeIndex, type TreeIndex } from './tree-index.ts';
import { walkTree, type Node } from './walk-tree.ts';

/** Larger than any source file, model shard aside, and a fraction of a second to read. */
export const MOST_FILE_BYTES = 256 * 1024 * 1024;

/** A file with holes has its size for nothing: beyond what is allocated, no more than this is read of it. */
export const MOST_SPARSE_BYTES = 16 * 1024 * 1024;

/** Some seconds of reading, and what an evidence store is ready to keep for months. */
export const MOST_BYTES = 4 * 1024 * 1024 * 1024;

/** A checkout with all its dependencies has a tenth of this. */
export const MOST_ENTRIES = 500_000;

const NOTHING_MORE = { size: 0, link: '', kind: null };

/** A tree to be archived. */
export interface Place {
  /** Of its entries in the archive. */
  name: ByteName;
  root: number;
  /** Paths that belong to others or hold secrets; they are not touched. */
  skip(path: ByteName): boolean;
  /** Inodes that are not taken under any name. */
  secret: ReadonlySet<bigint>;
}

export interface TreeArchive {
  entriesOf(place: Place): Generator<Uint8Array>;
  index: TreeIndex;
}

/** Trees in one pax archive, within limits that hold for all of them together. */
export function startTreeArchive(deadlineMs: number, findings: Findings): TreeArchive {
  const index = startTreeIndex();
  let entries = 0;
  let bytes = 0;
  const spent = () => {
    if (isPast(deadlineMs)) return OUT_OF_TIME;
    if (entries >= MOST_ENTRIES) return `more than ${MOST_ENTRIES} entries`;
    return bytes >= MOST_BYTES ? `more than ${MOST_BYTES} bytes` : null;
  };
  function* entriesOf(place: Place): Generator<Uint8Array> {
    const top = headerOf(place.name, fstatSync(place.root, { bigint: true }), NOTHING_MORE);
    yield* tarEntry(top, []);
    for (const node of walkTree(place.root, walkRules(place, index, findings))) {
      const why = spent();
      if (why !== null) return findings.lower('truncated', why);
      entries += 1;
      if (place.secret.has(node.stat.ino) && !node.stat.isDirectory()) {
        findings.note('a link to a secret is left out');
        index.add(place.name + node.path, 'skipped');
        continue;
      }
      bytes += yield* entryOf(place.name + node.path, node, MOST_BYTES - bytes, {
        index,
        findings,
      });
    }
  }
  return { entriesOf, index };
}

function walkRules(place: Place, index: TreeIndex, findings: Findings) {
  return {
    skip(path: ByteName) {
      const skipped = place.skip(path);
      if (skipped) index.add(place.name + path, 'skipped');
      return skipped;
    },
    onTrouble(path: ByteName, trouble: string) {
      index.add(place.name + path, 'error', { error: trouble });
      // What was removed while it was listed is not missing from the state at its end.
      if (trouble !== 'ENOENT') findings.lower('truncated', `not all could be read: ${trouble}`);
    },
  };
}

interface Reports {
  index: TreeIndex;
  findings: Findings;
}

/** One entry; the bytes that were read for it. */
function* entryOf(
  name: ByteName,
  { file, stat, link }: Node,
  left: number,
  reports: Reports,
): Generator<Uint8Array, number> {
  const kind = oddKind(stat);
  if (kind !== null) reports.index.add(name, kind);
  const whole = stat.isFile() ? Number(stat.size) : 0;
  const opened = whole === 0 ? null : openedToRead(file, name, reports);
  if (opened === null) {
    yield* tarEntry(headerOf(name, stat, { size: 0, link, kind }), []);
    return 0;
  }
  try {
    const size = Math.min(whole, left, MOST_FILE_BYTES, mostOf(stat));
    const header = headerOf(name, stat, { size, link, kind });
    yield* tarEntry(header, contentOf(name, { opened, size, stat }, reports));
    return size;
  } finally {
    closeSync(opened);
  }
}

/** What a tar has no type for, or none of its own. */
function oddKind(stat: Node['stat']): 'whiteout' | 'socket' | null {
  if (stat.isSocket()) return 'socket';
  return stat.isCharacterDevice() && deviceOf(stat.rdev) === '0:0' ? 'whiteout' : null;
}

function openedToRead(file: number, name: ByteName, { index, findings }: Reports): number | null {
  try {
    return openToRead(file);
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    index.add(name, 'error', { error: code });
    findings.lower('truncated', `not all could be read: ${code}`);
    return null;
  }
}

function mostOf(stat: Node['stat']): number {
  const allocated = stat.blocks * 512n;
  return allocated >= stat.size ? Infinity : Math.max(Number(allocated), MOST_SPARSE_BYTES);
}

/** The digest of a part lets it be compared with the same part of another copy. */
function* contentOf(
  name: ByteName,
  { opened, size, stat }: { opened: number; size: number; stat: Node['stat'] },
  { index, findings }: Reports,
): Generator<Uint8Array> {
  const isPart = BigInt(size) < stat.size;
  const digest = isPart ? createHash('sha256') : null;
  const chunks = fileBody(opened, { from: 0, size });
  let step = chunks.next();
  for (; step.done !== true; step = chunks.next()) {
    digest?.update(step.value);
    yield step.value;
  }
  if (!isPart && step.value === size) return;
  findings.lower(
    'truncated',
    isPart ? 'not all of a large file' : 'a file shrank while it was read',
  );
  index.add(name, 'truncated', {
    size: String(stat.size),
    allocated: String(stat.blocks * 512n),
    read: step.value,
    ...(digest === null ? {} : { sha256: digest.digest('hex') }),
  });
}
