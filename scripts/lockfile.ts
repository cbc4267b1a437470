/** The part of an npm lockfile (version 3) that is read here. Keys are paths below the project; '' is the project. */
export interface Lockfile {
  packages: Record<string, LockedPackage>;
}

export interface LockedPackage {
  version?: string;
  resolved?: string;
  dev?: boolean;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

export interface MissingOptional {
  name: string;
  version: string;
  dev: boolean;
}

/**
 * The optional packages that a package of the lockfile names and the lockfile does not hold. npm leaves out what the
 * registry at hand does not carry, such as binaries for other platforms, and `npm ci` refuses such a lockfile elsewhere.
 */
export function missingOptionals({ packages }: Lockfile): MissingOptional[] {
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {}, dev = false }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isHeld(packages, path, name))
      .map(([name, version]) => ({ name, version, dev })),
  );
}

/** As Node resolves `name` for the package at `path`: the nearest node_modules upwards. */
function isHeld(packages: Lockfile['packages'], path: string, name: string): boolean {
  const key = `${path === '' ? '' : `${path}/`}node_modules/${name}`;
  if (Object.hasOwn(packages, key)) return true;
  return path !== '' && isHeld(packages, parentOf(path), name);
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/node_modules/')));
}
