import { closeSync } from 'node:fs';
import type { ByteName } from './byte-name.ts';
import type { Engine } from '../docker/engine.ts';
import type { CaptureTarget } from './collector.ts';
import type { Findings } from './findings.ts';
import { collectWithRuntime, type RuntimeEntry } from './from-runtime.ts';
import { mountViews, type MountView } from './mount-view.ts';
import { isBelow, type Mount } from './mountinfo.ts';
import { openUpper } from './overlay.ts';
import { inodesBelow } from './secret-inodes.ts';
import { SECRET_PLACES } from './secret-places.ts';
import { tarEnd } from './tar-entry.ts';
import { startTreeArchive, type TreeArchive } from './tree-archive.ts';

/**
 * What was changed since the image: the upper directory of the overlay that is the target's root. A tar of
 * `mnt-<namespace>/<path>`, before which a container's runtime says what it calls changed.
 */
export const collectFilesystem = collectWithRuntime(runtimeChanges, archive);

async function runtimeChanges(engine: Engine, id: string): Promise<RuntimeEntry> {
  const text = JSON.stringify(await engine.changes(id), null, 1);
  return { name: 'runtime-changes.json', bytes: Buffer.from(`${text}\n`) };
}

function* archive(target: CaptureTarget, findings: Findings): Generator<Uint8Array> {
  const views = mountViews(target.processes);
  if (views.length === 0) findings.lower('failed', 'exited');
  const trees = startTreeArchive(target.deadlineMs, findings);
  const taken = new Set<string>();
  let trouble: string | null = null;
  for (const view of views) {
    const overlay = view.mounts.findLast(({ point }) => point === '/');
    if (overlay !== undefined && taken.has(overlay.device)) continue;
    const upper = upperOf(view, overlay);
    if (typeof upper === 'string') trouble ??= upper;
    else {
      taken.add(overlay?.device ?? '');
      yield* entriesOf(upper, view, { trees, findings });
    }
  }
  if (trouble !== null) findings.lower(taken.size === 0 ? 'unsupported' : 'truncated', trouble);
  yield* trees.index.entry();
  yield tarEnd();
}

/** Its upper directory, open, or why there is none. */
function upperOf(view: MountView, root: Mount | undefined): number | string {
  if (root?.type !== 'overlay') return `the root is ${root?.type ?? 'no mount'}, not an overlay`;
  return openUpper(view, root) ?? 'its upper directory is not visible from here';
}

function* entriesOf(
  root: number,
  view: MountView,
  { trees, findings }: { trees: TreeArchive; findings: Findings },
): Generator<Uint8Array> {
  findings.note('opaque directories are not marked: extended attributes are not read');
  try {
    const secret = inodesBelow(root, SECRET_PLACES, () => false);
    if (secret === null) return findings.lower('truncated', 'too many secrets');
    const skip = (path: ByteName) => SECRET_PLACES.some((place) => isBelow(path, place));
    yield* trees.entriesOf({ name: view.name, root, skip, secret });
  } finally {
    closeSync(root);
  }
}
