import { shownName, type ByteName } from './byte-name.ts';
import { tarEntry } from './tar-entry.ts';

/** What is held while an archive is written, whatever the target has in store. */
const MOST_INDEX_BYTES = 2 * 1024 * 1024;

/** What the archive itself cannot say. It stands behind everything, as `cordon-index.json`. */
export interface TreeIndex {
  add(path: ByteName, kind: string, details?: object): void;
  entry(): Generator<Uint8Array>;
}

/** `kind` is `whiteout`, `socket`, `truncated`, `skipped`, `error` or `name`, for a name that is not UTF-8. */
export function startTreeIndex(): TreeIndex {
  const lines: string[] = [];
  let bytes = 0;
  let left_out = 0;
  return {
    add(path, kind, details = {}) {
      const line = JSON.stringify({ ...shownName(path), kind, ...details });
      if (bytes + line.length > MOST_INDEX_BYTES) left_out += 1;
      else {
        bytes += line.length;
        lines.push(line);
      }
    },
    entry: () => indexEntry(`{"left_out":${left_out},"entries":[\n${lines.join(',\n')}\n]}\n`),
  };
}

export function* indexEntry(json: string): Generator<Uint8Array> {
  const body = Buffer.from(json);
  yield* tarEntry({ name: 'cordon-index.json', type: 'file', size: body.length }, [body]);
}
