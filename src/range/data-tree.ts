/** A document of objects within objects that is written and read by path. */
export interface DataTree {
  at(path: readonly string[]): unknown;
  /** Makes the objects on the way there. False where something else is in the way. */
  put(path: readonly string[], value: unknown): boolean;
  /** False where nothing is there. */
  remove(path: readonly string[]): boolean;
}

type Branch = Record<string, unknown>;

export function createDataTree(): DataTree {
  const root = branch();
  return {
    at: (path) => valueAt(root, path),
    put: (path, value) => {
      const [parents, key] = [path.slice(0, -1), path.at(-1)];
      let here: Branch = root;
      for (const parent of parents) {
        const next = Object.hasOwn(here, parent) ? here[parent] : (here[parent] = branch());
        if (!isBranch(next)) return false;
        here = next;
      }
      if (key === undefined) return false;
      here[key] = value;
      return true;
    },
    remove: (path) => {
      const [holder, key] = [valueAt(root, path.slice(0, -1)), path.at(-1)];
      if (key === undefined || !isBranch(holder) || !Object.hasOwn(holder, key)) return false;
      return Reflect.deleteProperty(holder, key);
    },
  };
}

function valueAt(root: Branch, path: readonly string[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (!isBranch(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** Inherits nothing: a key may be called like anything. */
function branch(): Branch {
  return Object.create(null);
}

function isBranch(value: unknown): value is Branch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
