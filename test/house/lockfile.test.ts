import { describe, expect, it } from 'vitest';
import { type LockedPackage, type Lockfile, missingOptionals } from '../../scripts/lockfile.ts';
import { textOf } from './product.ts';

describe('package-lock.json', () => {
  const lockfile: Lockfile = JSON.parse(textOf('package-lock.json'));
  const { packages } = lockfile;
  const direct = { ...packages['']?.dependencies, ...packages['']?.devDependencies };

  it('holds every optional package of every package, so that npm ci accepts it on any platform', () => {
    expect(missingOptionals(lockfile)).toEqual([]);
    const { 'node_modules/@swc/core-darwin-arm64': left, ...others } = packages;
    expect(missingOptionals({ packages: others })).toEqual([
      { name: '@swc/core-darwin-arm64', version: left?.version, dev: false },
    ]);
  });

  it('names no place where packages come from', () => {
    expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
  });

  it('is what package.json asks for', () => {
    const manifest: LockedPackage = JSON.parse(textOf('package.json'));
    expect(packages['']).toMatchObject({
      dependencies: manifest.dependencies,
      devDependencies: manifest.devDependencies,
    });
  });

  it('pins what the engine and recorded histories depend on', () => {
    const loose = Object.entries(direct).filter(
      ([name, range]) => /^(@temporalio\/|protobufjs$)/.test(name) && !/^\d/.test(range),
    );
    expect(loose).toEqual([]);
    expect(packages['node_modules/node']?.version).toMatch(/^24\./);
  });

  // Two copies of protobufjs, and a history in JSON does not replay: "type must be a Type".
  it('gives the engine’s packages one and the same protobufjs', () => {
    const copies = Object.keys(packages).filter((path) =>
      /@temporalio\/.*node_modules\/protobufjs$/.test(path),
    );
    expect(copies).toEqual([]);
    expect(packages['node_modules/protobufjs']?.version).toBe(direct['protobufjs']);
  });
});
