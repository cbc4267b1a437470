/** Type stripping without a flag and `node:sqlite` are there from this version on. */
const LEAST_NODE = 24;

/** The one line for a Node that is too old to run Cordon; null where it will do. `version` as in `process.versions.node`. */
export function tooOldNode(version: string): string | null {
  if (Number.parseInt(version, 10) >= LEAST_NODE) return null;
  return `cordon needs Node ${LEAST_NODE} and this is Node ${version}: run ./cordon, which brings its own (npm ci)`;
}
