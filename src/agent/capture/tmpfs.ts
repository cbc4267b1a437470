import { closeSync } from 'node:fs';
import type { ByteName } from './byte-name.ts';
import { collectTar } from './collect-tar.ts';
import type { CaptureTarget } from './collector.ts';
import type { Findings } from './findings.ts';
import { mountViews, type MountView } from './mount-view.ts';
import { isBelow, isStrictlyBelow, pathBelow, type Mount } from './mountinfo.ts';
import { openMount } from './open-mount.ts';
import { isSecret, secretPathsIn, secretPlaces, type SecretPlaces } from './secret-places.ts';
import { inodesBelow } from './secret-inodes.ts';
import { tarEnd } from './tar-entry.ts';
import { startTreeArchive, type TreeArchive } from './tree-archive.ts';

/** Runtimes hide files of these with an empty tmpfs; the target has nothing of its own there. */
const OF_KERNEL = ['/proc', '/sys'];

/** Every tmpfs that the processes can see, once, without what others entrusted to them. A tar of `mnt-<namespace>/<path>`. */
export const collectTmpfs = collectTar(archive);

function* archive(target: CaptureTarget, findings: Findings): Generator<Uint8Array> {
  const trees = startTreeArchive(target.deadlineMs, findings);
  const views = mountViews(target.processes);
  if (views.length === 0) findings.lower('failed', 'exited');
  const taken: Mount[] = [];
  for (const view of views) {
    if (view.isOurs) findings.note("the target shares the host's mounts: they are not its alone");
    const secrets = secretPlaces(view.mounts);
    for (const mount of view.mounts.filter(isWanted).toSorted(widestFirst)) {
      if (taken.some((other) => covers(other, mount))) continue;
      taken.push(mount);
      yield* entriesOf(mount, { view, secrets, trees, findings });
    }
  }
  yield* trees.index.entry();
  yield tarEnd();
}

function isWanted({ type, point }: Mount): boolean {
  return type === 'tmpfs' && !OF_KERNEL.some((place) => isBelow(point, place));
}

/** The mount that shows the most of a superblock stands for the others. */
function widestFirst(one: Mount, other: Mount): number {
  return one.root.length - other.root.length;
}

function covers(one: Mount, other: Mount): boolean {
  return one.device === other.device && isBelow(other.root, one.root);
}

interface Surroundings {
  view: MountView;
  secrets: SecretPlaces;
  trees: TreeArchive;
  findings: Findings;
}

function* entriesOf(mount: Mount, around: Surroundings): Generator<Uint8Array> {
  const { view, secrets, trees, findings } = around;
  if (isSecret(mount, '', secrets)) {
    findings.note('a tmpfs with secrets is left out');
    return;
  }
  const root = openMount(view, mount);
  if (typeof root === 'string') {
    if (root !== 'hidden') findings.lower('truncated', `a tmpfs is ${root}`);
    return;
  }
  try {
    const submounts = submountsOf(mount, view.mounts);
    const isMount = (path: ByteName) => submounts.has(path);
    const secret = inodesBelow(root, secretPathsIn(mount, secrets), isMount);
    if (secret === null) return findings.lower('truncated', 'a tmpfs has too many secrets');
    const skip = (path: ByteName) => isMount(path) || isSecret(mount, path, secrets);
    yield* trees.entriesOf({ name: nameOf(mount, view), root, skip, secret });
  } finally {
    closeSync(root);
  }
}

function nameOf({ point }: Mount, view: MountView): string {
  return view.name + (point === '/' ? '' : point);
}

function submountsOf({ point }: Mount, mounts: readonly Mount[]): Set<ByteName> {
  const inside = mounts.filter((other) => isStrictlyBelow(other.point, point));
  return new Set(inside.map((other) => pathBelow(other.point, point)));
}
